import type { Validation } from './callbacks.ts';
import type { StandInOrder } from './orders.ts';

/** What the provider's iframe is made of, as far as a shop sees it: a container, a script, and here a button that pays. */
export function snippetOf({ id, content, status }: StandInOrder, base: string): string {
  const amount = (Number(content['order_amount']) / 100).toFixed(2);
  const sum = `${amount} ${escaped(String(content['purchase_currency']))}`;
  const pay =
    status === 'checkout_incomplete'
      ? `<form method="post" action="${escaped(`${base}/stand-in/orders/${id}/pay`)}"><button>Pay ${sum}</button></form>`
      : `<p>Paid: ${sum}</p>`;
  return (
    `<div id="klarna-checkout-container" data-order="${id}">${pay}\n` +
    `<script>document.getElementById('klarna-checkout-container').dataset.ready = '1';</script></div>`
  );
}

/** Where the shopper goes from there. */
export function pageOf(
  verdict: Validation,
  { id, content }: StandInOrder,
): { readonly status: number; readonly body: null; readonly headers: Readonly<Record<string, string>> } {
  const urls = content['merchant_urls'] as { readonly checkout: string; readonly confirmation: string };
  const confirmation = urls.confirmation.replaceAll('{checkout.order.id}', id);
  const location = verdict.approved ? confirmation : (verdict.location ?? urls.checkout);
  return { status: 303, body: null, headers: { Location: location } };
}

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (letter) => `&#${letter.charCodeAt(0)};`);
}
