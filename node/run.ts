import { createServer } from 'node:net';
import { once } from 'node:events';
import { startStandIn } from './checkout/stand-in/start.ts';
import { runCommand } from './command.ts';
import { httpPortIn } from './config.ts';
import type { AddressInfo } from 'node:net';

/** `make run`: the node, a stand-in for the checkout provider where none is configured, and what to try with it. */
const standsIn =
  process.env['CHECKOUT'] === undefined && process.argv.length === 2 && (await useStandIn(process.env));

await runCommand(
  ({ JOURNAL, JOURNAL_PATH, HOST, ADMIN_HOST, CHECKOUT_BASE_URL }, { httpPort, adminPort, grpcPort }) => {
    const cart = `http://${nameOf(HOST)}:${httpPort}/cart`;
    const journal = JOURNAL === 'lmdb' ? `carts are kept in ${JOURNAL_PATH}` : 'carts are gone when it stops';
    const provider = standsIn ? `\n  Checkout   a stand-in for the provider, on ${CHECKOUT_BASE_URL}` : '';
    process.stdout.write(`
  Cart API   ${cart}/
  gRPC       ${grpcPort === null ? 'off' : `${nameOf(HOST)}:${grpcPort}`}
  Metrics    http://${nameOf(ADMIN_HOST)}:${adminPort}/metrics
  Journal    ${JOURNAL}: ${journal}${provider}
  Ctrl-C stops it.

Try:

  curl -i --cookie-jar cookies.txt ${cart}/add/TEST-SKU-123
  curl -i --cookie cookies.txt -H 'Content-Type: application/json' -d '{"sku":"TEST-SKU-456","quantity":2}' ${cart}/
  curl -i --cookie cookies.txt ${cart}/${standsIn ? `\n  curl -i --cookie cookies.txt ${cart}/checkout` : ''}

`);
  },
);

/** Settings for a checkout that takes no money; false where there can't be one. The addresses of the shop's pages lead nowhere but to the cart. */
async function useStandIn(environment: NodeJS.ProcessEnv): Promise<boolean> {
  const given = httpPortIn(environment);
  // What is no port is left to the node, which says so: addresses made of it would be wrong, too.
  if (given === null) return false;
  // The provider is told where to call before the node listens.
  const port = given === 0 ? await freePort() : given;
  const { baseUrl, user, password } = await startStandIn();
  const shop = `http://localhost:${port}`;
  const settings = {
    HTTP_PORT: String(port),
    CHECKOUT: 'kustom',
    CHECKOUT_BASE_URL: baseUrl,
    CHECKOUT_USER: user,
    CHECKOUT_PASSWORD: password,
    CHECKOUT_SECRET: 'a-secret-of-no-use-but-on-this-machine',
    CHECKOUT_PUBLIC_URL: shop,
    CHECKOUT_PAGE_URL: `${shop}/cart/checkout`,
    CHECKOUT_TERMS_URL: `${shop}/cart/`,
    CHECKOUT_CONFIRMATION_URL: `${shop}/cart/?order={checkout.order.id}`,
  };
  Object.assign(environment, settings);
  return true;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

/** How one calls an address that the node listens on, from this machine. */
function nameOf(host: string): string {
  if (['0.0.0.0', '::', '127.0.0.1', '::1'].includes(host)) return 'localhost';
  return host.includes(':') ? `[${host}]` : host;
}
