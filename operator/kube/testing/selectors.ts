import type { KubeObject } from '../object.ts';

export type Matcher = (object: KubeObject) => boolean;

/** `a=b`, `a!=b`, `a in (b,c)`, `a notin (b)`, `a`, `!a`, joined by commas. */
export function labelMatcher(selector: string): Matcher {
  const terms = selector.split(/,(?![^(]*\))/).filter((term) => term.trim() !== '');
  const matchers = terms.map((term) => labelTerm(term.trim()));
  return (object) => matchers.every((matches) => matches(object));
}

function labelTerm(term: string): Matcher {
  const set = /^(\S+)\s+(in|notin)\s+\(([^)]*)\)$/.exec(term);
  if (set !== null) {
    const [, name = '', operator, list = ''] = set;
    const values = list.split(',').map((value) => value.trim());
    return (object) => values.includes(label(object, name) ?? '\0') === (operator === 'in');
  }
  const pair = /^([^=!\s]+)\s*(==|=|!=)\s*(\S*)$/.exec(term);
  if (pair !== null) {
    const [, name = '', operator, value = ''] = pair;
    return (object) => (label(object, name) === value) === (operator !== '!=');
  }
  return term.startsWith('!')
    ? (object) => label(object, term.slice(1)) === undefined
    : (object) => label(object, term) !== undefined;
}

function label({ metadata }: KubeObject, name: string): string | undefined {
  return metadata.labels?.[name];
}

/** Those that every kind has: `metadata.name` and `metadata.namespace`. */
export function fieldMatcher(selector: string): Matcher {
  const pairs = selector.split(',').filter((pair) => pair !== '');
  return ({ metadata }) =>
    pairs.every((pair) => {
      const [field, value] = pair.split(/==?/);
      if (field === 'metadata.name') return metadata.name === value;
      if (field === 'metadata.namespace') return metadata.namespace === value;
      throw new RangeError(`field selectors know metadata.name and metadata.namespace, not ${String(field)}`);
    });
}
