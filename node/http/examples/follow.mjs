/* Prints a cart as it changes, in Node: node follow.mjs http://localhost:8080/cart/byid/my-cart */
let last = '';
for (;;) {
  try {
    const response = await fetch(`${process.argv[2]}/events`, { headers: { 'Last-Event-ID': last } });
    if (!response.ok) throw new Error(await response.text());
    let rest = '';
    for await (const chunk of response.body.pipeThrough(new TextDecoderStream())) {
      const frames = (rest + chunk).split('\n\n');
      rest = frames.pop();
      for (const frame of frames) {
        const field = (name) => new RegExp(`^${name}: (.*)$`, 'm').exec(frame)?.[1];
        last = field('id') ?? last;
        if (field('data')) process.stdout.write(`${field('event')} ${field('data')}\n`);
      }
    }
  } catch (error) {
    process.stderr.write(`${error.message}\n`);
  }
  await new Promise((resolve) => setTimeout(resolve, 1000));
}
