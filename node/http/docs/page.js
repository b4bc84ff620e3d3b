/* Shows /openapi.json and lets its calls be tried. Everything becomes text nodes: nothing of the document or of an answer is ever read as HTML. */

/** An element with its attributes and children; texts are children, too. */
function make(tag, attributes = {}, ...children) {
  const element = Object.assign(document.createElement(tag), attributes);
  element.append(...children.filter((child) => child !== null));
  return element;
}

const pretty = (value) => (typeof value === 'string' ? value : JSON.stringify(value, null, 2));
const folded = (title, ...children) => make('details', {}, make('summary', {}, title), ...children);

function typeOf(schema, api) {
  if (schema.$ref) return schema.$ref.split('/').at(-1);
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (schema.enum) return schema.enum.map((value) => JSON.stringify(value)).join(' | ');
  const choices = schema.oneOf ?? schema.anyOf;
  if (choices) return choices.map((choice) => typeOf(choice, api)).join(' | ');
  if (schema.type === 'array') return `${typeOf(schema.items, api)}[]`;
  if (schema.properties) {
    const fields = Object.entries(schema.properties).map(([name, field]) => {
      return `${name}${schema.required?.includes(name) ? '' : '?'}: ${typeOf(field, api)}`;
    });
    return `{ ${fields.join('; ')} }`;
  }
  return [schema.type, ...bounds(schema)].join(' ');
}

function bounds(schema) {
  const names = ['minimum', 'maximum', 'minLength', 'maxLength', 'pattern', 'default'];
  return names
    .filter((name) => schema[name] !== undefined)
    .map((name) => `${name} ${JSON.stringify(schema[name])}`);
}

function parametersOf(operation, inputs) {
  if (operation.parameters.length === 0) return null;
  const rows = operation.parameters.map((parameter) => {
    const input = make('input', { placeholder: parameter.in, required: parameter.required });
    input.setAttribute('aria-label', parameter.name);
    inputs.push([parameter, input]);
    return make(
      'tr',
      {},
      make('td', {}, make('code', {}, parameter.name), parameter.required ? ' *' : ''),
      make('td', {}, input),
      make(
        'td',
        { className: 'faint' },
        [parameter.description, typeOf(parameter.schema)].filter(Boolean).join(': '),
      ),
    );
  });
  return make('table', {}, make('tbody', {}, ...rows));
}

function responsesOf(operation) {
  const rows = Object.entries(operation.responses).map(([status, { description, content = {} }]) => {
    const names = Object.values(content).flatMap(({ examples = {} }) => Object.keys(examples));
    const examples = names.map((name) => api.components.examples[name].value);
    const shown = examples.map((example) => make('pre', {}, pretty(example)));
    const about = description.replaceAll('`', '');
    return make(
      'tr',
      {},
      make('td', {}, make('code', {}, status)),
      make('td', {}, shown.length === 0 ? about : folded(about, ...shown)),
    );
  });
  return make('table', {}, make('tbody', {}, ...rows));
}

/** The request that the inputs make. */
function requestOf(path, method, inputs, body) {
  const headers = {};
  const query = new URLSearchParams();
  let target = path;
  for (const [parameter, { value }] of inputs) {
    if (parameter.in === 'path') target = target.replace(`{${parameter.name}}`, encodeURIComponent(value));
    else if (value === '') continue;
    else if (parameter.in === 'query') query.set(parameter.name, value);
    else headers[parameter.name] = value;
  }
  if (body) headers['Content-Type'] = 'application/json';
  const search = query.size === 0 ? '' : `?${query}`;
  return [`${target}${search}`, { method: method.toUpperCase(), headers, body: body?.value }];
}

function trial(path, method, operation, inputs, body) {
  const output = make('pre', { hidden: true });
  let stop = null;
  const send = async () => {
    stop?.abort();
    stop = new AbortController();
    output.hidden = false;
    output.textContent = '…';
    try {
      const [target, options] = requestOf(path, method, inputs, body);
      const response = await fetch(target, { ...options, signal: stop.signal });
      const headers = [...response.headers].map(([name, value]) => `${name}: ${value}`);
      output.textContent = `${response.status}\n${headers.join('\n')}\n\n`;
      const type = response.headers.get('content-type') ?? '';
      if (type.includes('json')) output.append(pretty(await response.json()));
      // A stream goes on for as long as somebody looks.
      else for await (const text of response.body.pipeThrough(new TextDecoderStream())) output.append(text);
    } catch (error) {
      if (error.name !== 'AbortError') output.append(String(error));
    }
  };
  return make('div', {}, make('button', { type: 'button', onclick: send }, 'Send'), output);
}

function show(path, method, operation) {
  const inputs = [];
  const content = operation.requestBody?.content['application/json'];
  const body = content ? make('textarea', { value: pretty(content.example) }) : null;
  body?.setAttribute('aria-label', 'body');
  const shape = content ? folded('what the body may be', make('pre', {}, typeOf(content.schema))) : null;
  const name = method.toUpperCase();
  return make(
    'section',
    { id: operation.operationId },
    make('h3', {}, make('span', { className: `method ${name}` }, name), make('code', {}, path)),
    make('p', {}, operation.summary),
    parametersOf(operation, inputs),
    body,
    shape,
    trial(path, method, operation, inputs, body),
    folded('Answers', responsesOf(operation)),
  );
}

const api = await (await fetch('/openapi.json')).json();
document.querySelector('#about').textContent = `${api.info.version}. ${api.info.description}`;
const list = document.querySelector('#list');
const main = document.querySelector('#operations');
main.replaceChildren();
for (const tag of api.tags) {
  list.append(make('h2', {}, tag.name));
  main.append(make('h2', {}, tag.name), make('p', { className: 'faint' }, tag.description));
  for (const [path, methods] of Object.entries(api.paths)) {
    for (const [method, operation] of Object.entries(methods)) {
      if (!operation.tags.includes(tag.name)) continue;
      const name = method.toUpperCase();
      const label = make('span', { className: `method ${name}` }, name);
      list.append(make('a', { href: `#${operation.operationId}` }, label, path));
      main.append(show(path, method, operation));
    }
  }
}
main.append(make('h2', {}, 'Shapes'));
for (const [name, schema] of Object.entries(api.components.schemas)) {
  main.append(
    make('section', { id: `shape-${name}` }, make('h3', {}, name), make('pre', {}, pretty(schema))),
  );
}
document.body.dataset.ready = 'true';
