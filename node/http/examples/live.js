/* A cart on a page, as it changes anywhere. The browser reconnects by itself, and goes on behind the last event it had. */
const find = (id) => document.getElementById(id);

function show({ items, totals, currency, version }) {
  const line = ({ name, quantity, totalPrice }) => `${quantity} × ${name}: ${totalPrice / 100}`;
  find('lines').textContent = items.map(line).join('\n');
  find('total').textContent = `${totals.total / 100} ${currency} (version ${version})`;
}

function follow() {
  const events = new EventSource('/cart/events');
  events.addEventListener('state', ({ data }) => show(JSON.parse(data)));
  events.addEventListener('change', ({ data }) => {
    const { version, mutation, cart } = JSON.parse(data);
    find('changes').append(`${version} ${mutation.type}\n`);
    // Of changes that were missed only the newest has the cart.
    if (cart) show(cart);
  });
  // Only after an answer that is no stream, 503 say, the browser gives up.
  events.onerror = () => events.readyState === EventSource.CLOSED && setTimeout(follow, 1000);
}

follow();
for (const button of document.querySelectorAll('button'))
  button.onclick = () => fetch(`/cart/add/${button.value}`);
