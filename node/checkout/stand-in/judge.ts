/**
 * Judges an order as the provider does: shapes, bounds, and the arithmetic of every line and of the sums. Pure, and written from the provider's
 * documentation alone: it shares no code with what makes payloads.
 */

/** Names of what is wrong, as the provider's messages have them: `order_lines[3].total_tax_amount`. Empty: nothing. */
export function judge(order: unknown, options: JudgeOptions = {}): string[] {
  if (!isObject(order)) return ['body'];
  const wrong = new Set<string>();
  for (const name of Object.keys(order)) if (!KNOWN.has(name)) wrong.add(name);
  matches(order, 'purchase_country', /^[A-Za-z]{2}$/, wrong);
  matches(order, 'purchase_currency', /^[A-Za-z]{3}$/, wrong);
  matches(order, 'locale', /^[A-Za-z]{2}(-[A-Za-z]{2})*$/, wrong);
  whole(order, 'order_amount', 0, Number.MAX_SAFE_INTEGER, '', wrong);
  whole(order, 'order_tax_amount', 0, Number.MAX_SAFE_INTEGER, '', wrong);
  for (const name of ['merchant_reference1', 'merchant_reference2']) text(order, name, 0, 255, '', wrong);
  text(order, 'merchant_data', 0, 6000, '', wrong);
  judgeMarket(order, wrong);
  if (order['merchant_urls'] !== undefined)
    judgeUrls(order['merchant_urls'], options.loopback ?? false, wrong);
  judgeLines(order, wrong);
  return [...wrong];
}

export interface JudgeOptions {
  /** Takes callbacks at plain http on this machine too, which the provider does not. */
  readonly loopback?: boolean;
}

type Fields = Readonly<Record<string, unknown>>;
type Wrong = Set<string>;

const KNOWN = new Set([
  'purchase_country',
  'purchase_currency',
  'locale',
  'order_amount',
  'order_tax_amount',
  'order_lines',
  'merchant_urls',
  'merchant_reference1',
  'merchant_reference2',
  'merchant_data',
  'options',
]);

/** Countries that are enabled, with their currency and languages. */
const MARKETS: Readonly<Record<string, readonly [currency: string, ...languages: string[]]>> = {
  AT: ['EUR', 'de', 'en'],
  DE: ['EUR', 'de', 'en'],
  DK: ['DKK', 'da', 'en'],
  FI: ['EUR', 'fi', 'sv', 'en'],
  GB: ['GBP', 'en'],
  NL: ['EUR', 'nl', 'en'],
  NO: ['NOK', 'nb', 'en'],
  SE: ['SEK', 'sv', 'en'],
  US: ['USD', 'en'],
};

function judgeMarket(order: Fields, wrong: Wrong): void {
  const upper = (name: string): string => (typeof order[name] === 'string' ? order[name].toUpperCase() : '');
  const country = upper('purchase_country');
  const market = MARKETS[country];
  if (market === undefined) {
    wrong.add('purchase_country');
    return;
  }
  const [currency, ...languages] = market;
  if (upper('purchase_currency') !== currency) wrong.add('purchase_currency');
  if (!languages.some((language) => upper('locale') === `${language}-${country}`.toUpperCase()))
    wrong.add('locale');
}

const URLS = ['terms', 'checkout', 'confirmation', 'push'];
const CALLBACKS = ['validation', 'shipping_option_update', 'address_update', 'country_change'];

function judgeUrls(urls: unknown, loopback: boolean, wrong: Wrong): void {
  if (!isObject(urls)) {
    wrong.add('merchant_urls');
    return;
  }
  for (const name of URLS) if (!isUrl(urls[name], false)) wrong.add(`merchant_urls.${name}`);
  for (const name of CALLBACKS) {
    const url = urls[name];
    if (url === undefined || isUrl(url, true)) continue;
    if (!(loopback && isLoopback(url))) wrong.add(`merchant_urls.${name}`);
  }
}

function isUrl(url: unknown, httpsOnly: boolean): boolean {
  if (typeof url !== 'string' || url.length > 2000) return false;
  const parsed = URL.parse(url.replaceAll('{checkout.order.id}', 'x'));
  return parsed !== null && (parsed.protocol === 'https:' || (!httpsOnly && parsed.protocol === 'http:'));
}

function isLoopback(url: unknown): boolean {
  return isUrl(url, false) && /^http:\/\/(localhost|127\.0\.0\.1)[:/]/.test(url as string);
}

const AMOUNT_MAX = 100_000_000;
const TYPES = new Set([
  'physical',
  'discount',
  'shipping_fee',
  'sales_tax',
  'digital',
  'gift_card',
  'store_credit',
  'surcharge',
]);
const LINE_FIELDS = new Set([
  'type',
  'reference',
  'name',
  'quantity',
  'quantity_unit',
  'unit_price',
  'tax_rate',
  'total_amount',
  'total_discount_amount',
  'total_tax_amount',
  'product_url',
  'image_url',
  'merchant_data',
]);

function judgeLines(order: Fields, wrong: Wrong): void {
  const lines = order['order_lines'];
  if (!Array.isArray(lines) || lines.length > 1000) {
    wrong.add('order_lines');
    return;
  }
  let amount = 0;
  let tax = 0;
  lines.forEach((line: unknown, index) => {
    const path = `order_lines[${index}]`;
    if (!isObject(line)) {
      wrong.add(path);
      return;
    }
    judgeLine(line, `${path}.`, wrong);
    amount += Number(line['total_amount']);
    tax += Number(line['total_tax_amount']);
  });
  if (order['order_amount'] !== amount) wrong.add('order_amount');
  if (order['order_tax_amount'] !== tax) wrong.add('order_tax_amount');
}

function judgeLine(line: Fields, path: string, wrong: Wrong): void {
  for (const name of Object.keys(line)) if (!LINE_FIELDS.has(name)) wrong.add(path + name);
  text(line, 'name', 1, 255, path, wrong, true);
  text(line, 'reference', 0, 255, path, wrong);
  text(line, 'quantity_unit', 1, 8, path, wrong);
  for (const name of ['product_url', 'image_url', 'merchant_data']) text(line, name, 0, 1024, path, wrong);
  for (const name of ['product_url', 'image_url'])
    if (line[name] !== undefined && !isUrl(line[name], false)) wrong.add(path + name);
  const { type = 'physical' } = line;
  if (typeof type !== 'string' || !TYPES.has(type)) wrong.add(`${path}type`);
  const reduces = type === 'discount' || type === 'gift_card' || type === 'store_credit';
  const quantity = whole(line, 'quantity', 0, Number.MAX_SAFE_INTEGER, path, wrong);
  const price = whole(line, 'unit_price', reduces ? -AMOUNT_MAX : 0, reduces ? 0 : AMOUNT_MAX, path, wrong);
  const rate = whole(line, 'tax_rate', 0, 10_000, path, wrong);
  const total = whole(line, 'total_amount', -AMOUNT_MAX, AMOUNT_MAX, path, wrong);
  const tax = whole(line, 'total_tax_amount', -AMOUNT_MAX, AMOUNT_MAX, path, wrong);
  const discount =
    line['total_discount_amount'] === undefined
      ? 0
      : whole(line, 'total_discount_amount', 0, AMOUNT_MAX, path, wrong);
  if (total !== quantity * price - discount) wrong.add(`${path}total_amount`);
  const contained = total - (total * 10_000) / (10_000 + rate);
  if (!(Math.abs(tax - contained) <= 1)) wrong.add(`${path}total_tax_amount`);
  if (type === 'gift_card' && (rate !== 0 || tax !== 0)) wrong.add(`${path}tax_rate`);
}

function matches(fields: Fields, name: string, pattern: RegExp, wrong: Wrong): void {
  const value = fields[name];
  if (typeof value !== 'string' || !pattern.test(value)) wrong.add(name);
}

function text(
  fields: Fields,
  name: string,
  least: number,
  most: number,
  path: string,
  wrong: Wrong,
  required = false,
): void {
  const value = fields[name];
  if (value === undefined && !required) return;
  if (typeof value !== 'string' || value.length < least || value.length > most) wrong.add(path + name);
}

/** NaN where it is none: every comparison with it fails. */
function whole(
  fields: Fields,
  name: string,
  least: number,
  most: number,
  path: string,
  wrong: Wrong,
): number {
  const value = fields[name];
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= least && value <= most)
    return value;
  wrong.add(path + name);
  return Number.NaN;
}

function isObject(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
