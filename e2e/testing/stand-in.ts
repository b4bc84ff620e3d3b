import { readdirSync, readFileSync } from 'node:fs';
import { images } from './images.ts';
import { restricted } from './restricted.ts';
import type { Namespace } from './namespace.ts';

const FOLDER = new URL('../../node/checkout/stand-in/', import.meta.url);
const NAME = 'provider';
const PORT = 9000;
/** What the command has where nothing else is said. */
const CREDENTIALS = 'stand-in';

/** Where pods of the namespace reach it. */
export const PROVIDER_URL = `http://${NAME}:${PORT}`;

/**
 * The stand-in for the checkout provider, in a pod. It is no part of an image: the node's has the packages that it needs, and its files are mounted beside them.
 */
export async function startStandIn(namespace: Namespace): Promise<void> {
  const files = readdirSync(FOLDER).filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts'));
  const labels = { app: NAME };
  await namespace.apply([
    {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: NAME },
      data: Object.fromEntries(files.map((name) => [name, readFileSync(new URL(name, FOLDER), 'utf8')])),
    },
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: NAME },
      spec: { selector: labels, ports: [{ port: PORT }] },
    },
    {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: NAME, labels },
      spec: {
        automountServiceAccountToken: false,
        securityContext: restricted.pod,
        volumes: [{ name: 'stand-in', configMap: { name: NAME } }],
        containers: [
          {
            name: NAME,
            image: images.node,
            imagePullPolicy: 'IfNotPresent',
            command: ['node', 'stand-in/main.ts'],
            args: [`--port=${PORT}`, '--host=0.0.0.0'],
            // It ends with its input.
            stdin: true,
            readinessProbe: { tcpSocket: { port: PORT } },
            securityContext: restricted.container,
            volumeMounts: [{ name: 'stand-in', mountPath: '/app/stand-in', readOnly: true }],
          },
        ],
      },
    },
  ]);
  await namespace.until(`pod/${NAME}`, 'condition=Ready');
}

/** What a node is told of it. The password is in a Secret, as a shop's would be. */
export async function checkoutEnv(namespace: Namespace, shopUrl: string): Promise<readonly object[]> {
  const secret = 'checkout';
  await namespace.apply([
    {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: secret },
      stringData: { password: CREDENTIALS, seal: 'seals-carts-of-this-test-and-no-others' },
    },
  ]);
  const ofSecret = (name: string, key: string): object => ({
    name,
    valueFrom: { secretKeyRef: { name: secret, key } },
  });
  const settings = {
    CHECKOUT: 'kustom',
    CHECKOUT_BASE_URL: PROVIDER_URL,
    CHECKOUT_USER: CREDENTIALS,
    CHECKOUT_PUBLIC_URL: shopUrl,
    CHECKOUT_PAGE_URL: `${shopUrl}/cart/checkout`,
    CHECKOUT_TERMS_URL: `${shopUrl}/terms`,
    CHECKOUT_CONFIRMATION_URL: `${shopUrl}/thanks?order={checkout.order.id}`,
  };
  return [
    ...Object.entries(settings).map(([name, value]) => ({ name, value })),
    ofSecret('CHECKOUT_PASSWORD', 'password'),
    ofSecret('CHECKOUT_SECRET', 'seal'),
  ];
}
