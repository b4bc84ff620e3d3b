type Json = Readonly<Record<string, unknown>>;

/** The JSON merge patch that makes `to` of `from`; null when they are alike. */
export function mergePatch(from: Json, to: Json): Json | null {
  const patch: Record<string, unknown> = {};
  for (const name of Object.keys(from)) {
    if (to[name] === undefined || to[name] === null) patch[name] = null;
  }
  for (const [name, value] of Object.entries(to)) {
    if (value === undefined || value === null) continue;
    const before = from[name];
    if (isMap(value) && isMap(before)) {
      const inner = mergePatch(before, value);
      if (inner !== null) patch[name] = inner;
    } else if (!isSame(before, value)) patch[name] = value;
  }
  return Object.keys(patch).length === 0 ? null : patch;
}

/** Whether two JSON values say the same; the order of fields says nothing. */
export function isSame(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (Array.isArray(a) && Array.isArray(b)) {
    return a.length === b.length && a.every((item, index) => isSame(item, b[index]));
  }
  return isMap(a) && isMap(b) && isSameMap(a, b);
}

/** Whether the merge patch would be none, without making it. */
function isSameMap(from: Json, to: Json): boolean {
  for (const name of Object.keys(from)) if (to[name] === undefined || to[name] === null) return false;
  for (const [name, value] of Object.entries(to)) {
    if (value !== undefined && value !== null && !isSame(from[name], value)) return false;
  }
  return true;
}

function isMap(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
