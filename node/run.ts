import { runCommand } from './command.ts';

/** `make run`: the node, and what to try with it. */
await runCommand(({ JOURNAL, JOURNAL_PATH }, { httpPort, adminPort }) => {
  const cart = `http://localhost:${httpPort}/cart`;
  const journal = JOURNAL === 'lmdb' ? `carts are kept in ${JOURNAL_PATH}` : 'carts are gone when it stops';
  process.stdout.write(`
  Cart API   ${cart}/
  Metrics    http://localhost:${adminPort}/metrics
  Journal    ${JOURNAL}: ${journal}
  Ctrl-C stops it.

Try:

  curl -i --cookie-jar cookies.txt ${cart}/add/TEST-SKU-123
  curl -i --cookie cookies.txt -H 'Content-Type: application/json' -d '{"sku":"TEST-SKU-456","quantity":2}' ${cart}/
  curl -i --cookie cookies.txt ${cart}/

`);
});
