import { HttpProblem } from './problems.ts';

/** Entity tags are the cart's version in quotes (RFC 9110, 8.8.3). */
export function etagOf(version: number): string {
  return `"${version}"`;
}

const TAG = /^(W\/)?"([\x21\x23-\x7e\x80-\xff]*)"$/;

interface Tag {
  readonly weak: boolean;
  readonly value: string;
}

/**
 * The versions that If-Match allows; `any` for `*`. Comparison is strong: a weak tag never matches, nor does one that is no version of ours.
 * Throws `invalid-header`.
 */
export function ifMatch(header: string | undefined): readonly number[] | 'any' | undefined {
  if (header === undefined) return undefined;
  const tags = parse(header, 'If-Match');
  if (tags === '*') return 'any';
  return tags
    .filter(({ weak, value }) => !weak && /^\d{1,15}$/.test(value))
    .map(({ value }) => Number(value));
}

/** True when If-None-Match names the version: the client has it already. Comparison is weak. Throws `invalid-header`. */
export function noneMatches(header: string | undefined, version: number): boolean {
  if (header === undefined) return false;
  const tags = parse(header, 'If-None-Match');
  return tags === '*' || tags.some(({ value }) => value === String(version));
}

function parse(header: string, name: string): readonly Tag[] | '*' {
  if (header.trim() === '*') return '*';
  return header.split(',').map((part) => {
    const match = TAG.exec(part.trim());
    if (match === null)
      throw new HttpProblem('invalid-header', `${name} must be * or a list of entity tags like "3"`);
    return { weak: match[1] !== undefined, value: match[2] ?? '' };
  });
}
