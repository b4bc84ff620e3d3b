import { runCommand } from './command.ts';

/** `make run`: the node, and what to try with it. */
await runCommand(({ JOURNAL, JOURNAL_PATH, HOST, ADMIN_HOST }, { httpPort, adminPort, grpcPort }) => {
  const cart = `http://${nameOf(HOST)}:${httpPort}/cart`;
  const journal = JOURNAL === 'lmdb' ? `carts are kept in ${JOURNAL_PATH}` : 'carts are gone when it stops';
  process.stdout.write(`
  Cart API   ${cart}/
  gRPC       ${grpcPort === null ? 'off' : `${nameOf(HOST)}:${grpcPort}`}
  Metrics    http://${nameOf(ADMIN_HOST)}:${adminPort}/metrics
  Journal    ${JOURNAL}: ${journal}
  Ctrl-C stops it.

Try:

  curl -i --cookie-jar cookies.txt ${cart}/add/TEST-SKU-123
  curl -i --cookie cookies.txt -H 'Content-Type: application/json' -d '{"sku":"TEST-SKU-456","quantity":2}' ${cart}/
  curl -i --cookie cookies.txt ${cart}/

`);
});

/** How one calls an address that the node listens on, from this machine. */
function nameOf(host: string): string {
  if (['0.0.0.0', '::', '127.0.0.1', '::1'].includes(host)) return 'localhost';
  return host.includes(':') ? `[${host}]` : host;
}
