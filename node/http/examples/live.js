/* A cart on a page, as it changes anywhere. The browser reconnects by itself, and goes on behind the last event it had. */
const find = (id) => document.getElementById(id);
const item = (textContent) => Object.assign(document.createElement('li'), { textContent });
const money = (amount) => (amount / 100).toFixed(2);

function show({ items, totals, currency, version }) {
  const lines = items.map(({ name, quantity, totalPrice }) => `${quantity} × ${name}: ${money(totalPrice)}`);
  find('lines').replaceChildren(...lines.map(item));
  find('total').textContent = `${money(totals.total)} ${currency} (version ${version})`;
}

const events = new EventSource('/cart/events');
events.addEventListener('state', ({ data }) => show(JSON.parse(data)));
events.addEventListener('change', ({ data }) => {
  const { version, mutation, cart } = JSON.parse(data);
  find('changes').append(item(`${version} ${mutation.type}`));
  // Of changes that were missed only the newest has the cart.
  if (cart) show(cart);
});
events.addEventListener('open', () => (find('status').textContent = 'live'));
events.addEventListener('error', () => (find('status').textContent = 'reconnecting'));
const post = { method: 'POST', headers: { 'Content-Type': 'application/json' } };
for (const button of document.querySelectorAll('button'))
  button.onclick = () => fetch('/cart/', { ...post, body: JSON.stringify({ sku: button.value }) });
