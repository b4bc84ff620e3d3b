/** As Helm merges: objects by their keys, null takes away, anything else replaces. */
export function merged(base: object, over: object): object {
  const result = new Map<string, unknown>(Object.entries(base));
  for (const [name, value] of Object.entries(over) as [string, unknown][]) {
    const before = result.get(name);
    if (value === null) result.delete(name);
    else result.set(name, isObject(value) && isObject(before) ? merged(before, value) : value);
  }
  return Object.fromEntries(result);
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
