import { describeJournalContract } from './journal.contract.ts';
import { MemoryJournal } from './memory.ts';

describeJournalContract('memory', () => {
  let nowMs = 1_700_000_000_000;
  const journal = new MemoryJournal(() => nowMs, { historyRecords: 8 });
  return Promise.resolve({
    journal,
    other: journal,
    historyRecords: 8,
    advance: (ms: number) => void (nowMs += ms),
    dispose: () => journal.close(),
  });
});
