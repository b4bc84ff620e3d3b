import { readFileSync, writeFileSync } from 'node:fs';
import { breakingChanges, describeWire } from './compatibility.ts';
import type { WireDescription } from './compatibility.ts';

/** `make proto-baseline`: takes what is new into the baseline. What would break a reader of stored or sent messages is refused. */
const baselinePath = new URL('baseline.json', import.meta.url);

export function readBaseline(): WireDescription {
  return JSON.parse(readFileSync(baselinePath, 'utf8')) as WireDescription;
}

if (import.meta.main) {
  const now = describeWire();
  const broken = breakingChanges(readBaseline(), now);
  if (broken.length > 0) {
    process.stderr.write(`${broken.join('\n')}\n`);
    process.exitCode = 1;
  } else writeFileSync(baselinePath, `${JSON.stringify(now, null, 2)}\n`);
}
