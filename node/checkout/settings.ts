import { z } from 'zod';
import { ProviderDesk } from './desk.ts';
import { KustomProvider } from './kustom.ts';
import { Seals } from './seal.ts';
import type { CheckoutContext } from './context.ts';
import type { KustomOptions } from './kustom.ts';

const count = z.coerce.number().int();

/** Languages that checkouts are shown in, by country. Others are in English. */
const LOCALES: Readonly<Record<string, string>> = {
  at: 'de-AT',
  be: 'nl-BE',
  ch: 'de-CH',
  de: 'de-DE',
  dk: 'da-DK',
  es: 'es-ES',
  fi: 'fi-FI',
  fr: 'fr-FR',
  gb: 'en-GB',
  ie: 'en-IE',
  it: 'it-IT',
  nl: 'nl-NL',
  no: 'nb-NO',
  pl: 'pl-PL',
  pt: 'pt-PT',
  se: 'sv-SE',
  us: 'en-US',
};

/** An address, or nothing: what must be there is checked beside `CHECKOUT`. */
function address(description: string): z.ZodType<string, string | undefined> {
  return z
    .string()
    .max(1000)
    .default('')
    .refine((url) => url === '' || /^https?:$/.test(URL.parse(url)?.protocol ?? ''), {
      message: 'must be an http or https address',
    })
    .meta({ description });
}

function secret(description: string): z.ZodType<string, string | undefined> {
  return z
    .string()
    .max(1024)
    .regex(/^[\x21-\x7e]*$/, 'must be printable ASCII without spaces')
    .default('')
    .meta({ description });
}

/** Settings of checkout; `node/config.ts` reads them from the environment. */
export const checkoutSettings = {
  CHECKOUT: z.enum(['off', 'kustom']).default('off').meta({
    description: 'checkout provider; kustom is Klarna Checkout v3 under its present name',
  }),
  CHECKOUT_BASE_URL: z
    .url({ protocol: /^https?$/, error: 'must be an http or https address' })
    .default('https://api.playground.kustom.co')
    .transform((url) => url.replace(/\/+$/, ''))
    .meta({ description: 'host of the provider’s API; https://api.kustom.co takes real money' }),
  CHECKOUT_USER: secret('user of the provider’s API'),
  CHECKOUT_PASSWORD: secret('… and its password'),
  CHECKOUT_SECRET: secret(
    'signs and seals what the provider is told of carts, the same on every node; orders made with another one can’t be told any more',
  ),
  CHECKOUT_PUBLIC_URL: address(
    'where the provider reaches this API from outside, less /cart; https, or orders are not validated before they are paid',
  ),
  CHECKOUT_PAGE_URL: address('the shop’s page that shows GET /cart/checkout'),
  CHECKOUT_TERMS_URL: address('the shop’s page with its terms'),
  CHECKOUT_CONFIRMATION_URL: address(
    'the shop’s page that shows an order; {checkout.order.id} is filled in by the provider',
  ),
  CHECKOUT_SHOP_URL: address(
    'what relative addresses of articles and images are relative to; empty: CHECKOUT_PAGE_URL',
  ),
  CHECKOUT_LOCALES: z
    .string()
    .default('')
    .refine((list) => list === '' || list.split(',').every((entry) => LOCALE.test(entry.trim())), {
      message: 'must be a list like se=sv-SE,fi=sv-FI',
    })
    .transform((list) => ({ ...LOCALES, ...localesIn(list) }))
    .meta({ description: 'language of the checkout by country, where it is not the country’s first one' }),
  CHECKOUT_TIMEOUT_MS: count.min(100).max(30_000).default(10_000).meta({
    unit: 'ms',
    description: 'everything that the provider is asked for one request',
  }),
  CHECKOUT_PRICE_TTL_MS: count.min(0).max(86_400_000).default(600_000).meta({
    unit: 'ms',
    description: 'prices that were looked up longer ago are looked up again before checkout',
  }),
} as const;

/** The provider takes https only; a stand-in on this machine also what does not leave it. */
function validates({ CHECKOUT_PUBLIC_URL, CHECKOUT_BASE_URL }: CheckoutSettings): boolean {
  const loopback = /^http:\/\/(localhost|127\.0\.0\.1)(:|\/|$)/;
  return (
    CHECKOUT_PUBLIC_URL.startsWith('https:') ||
    (loopback.test(CHECKOUT_PUBLIC_URL) && loopback.test(CHECKOUT_BASE_URL))
  );
}

function localesIn(list: string): Record<string, string> {
  const entries = list.split(',').map((entry) => entry.trim().split('=') as [string, string]);
  return list === '' ? {} : Object.fromEntries(entries);
}

const LOCALE = /^[a-z]{2}=[a-z]{2}-[A-Z]{2}$/;
const SECRET_LENGTH_MIN = 32;

export type CheckoutSettings = {
  readonly [Name in keyof typeof checkoutSettings]: z.output<(typeof checkoutSettings)[Name]>;
};

/** What must be given where there is a checkout. */
export function checkCheckout(settings: CheckoutSettings, context: z.core.$RefinementCtx): void {
  if (settings.CHECKOUT === 'off') return;
  for (const name of REQUIRED) {
    if (settings[name] !== '') continue;
    context.addIssue({
      code: 'custom',
      path: [name],
      message: `must be given where CHECKOUT is ${settings.CHECKOUT}`,
    });
  }
  if (settings.CHECKOUT_SECRET.length < SECRET_LENGTH_MIN) {
    const message = `must be at least ${SECRET_LENGTH_MIN} characters`;
    context.addIssue({ code: 'custom', path: ['CHECKOUT_SECRET'], message });
  }
}

const REQUIRED = [
  'CHECKOUT_USER',
  'CHECKOUT_PASSWORD',
  'CHECKOUT_SECRET',
  'CHECKOUT_PUBLIC_URL',
  'CHECKOUT_PAGE_URL',
  'CHECKOUT_TERMS_URL',
  'CHECKOUT_CONFIRMATION_URL',
] as const;

/** The desk that the settings ask for; null for none. */
export function openDesk(
  settings: CheckoutSettings,
  context: Omit<CheckoutContext, 'provider' | 'seals' | 'options'>,
  done: KustomOptions['done'],
): ProviderDesk | null {
  if (settings.CHECKOUT === 'off') return null;
  const provider = new KustomProvider({
    baseUrl: settings.CHECKOUT_BASE_URL,
    user: settings.CHECKOUT_USER,
    password: settings.CHECKOUT_PASSWORD,
    monotonicMs: () => context.clock.monotonicMs(),
    done,
  });
  const options = {
    validates: validates(settings),
    publicUrl: settings.CHECKOUT_PUBLIC_URL.replace(/\/+$/, ''),
    termsUrl: settings.CHECKOUT_TERMS_URL,
    pageUrl: settings.CHECKOUT_PAGE_URL,
    confirmationUrl: settings.CHECKOUT_CONFIRMATION_URL,
    shopUrl: settings.CHECKOUT_SHOP_URL || settings.CHECKOUT_PAGE_URL,
    locales: settings.CHECKOUT_LOCALES,
    timeoutMs: settings.CHECKOUT_TIMEOUT_MS,
    priceTtlMs: settings.CHECKOUT_PRICE_TTL_MS,
  };
  return new ProviderDesk({ ...context, provider, options, seals: new Seals(settings.CHECKOUT_SECRET) });
}
