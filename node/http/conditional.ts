import { HttpProblem } from './problems.ts';

/** Entity tags are the cart's version in quotes (RFC 9110, 8.8.3). */
export function etagOf(version: number): string {
  return `"${version}"`;
}

/** One element of a list, which may be empty (RFC 9110, 5.6.1.2), and the comma behind it. */
const ELEMENT = /(?:(W\/)?"([\x21\x23-\x7e\x80-\xff]*)")?[ \t]*(?:,[ \t]*|$)/y;
/** As {@link etagOf} writes them: tags are compared letter by letter. */
const VERSION = /^(?:0|[1-9]\d{0,14})$/;

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
  return versions(tags.filter(({ weak }) => !weak));
}

/** The versions at which If-None-Match forbids a change; `any` for `*`: there must be no cart yet. Comparison is weak. Throws `invalid-header`. */
export function ifNoneMatch(header: string | undefined): readonly number[] | 'any' | undefined {
  if (header === undefined) return undefined;
  const tags = parse(header, 'If-None-Match');
  return tags === '*' ? 'any' : versions(tags);
}

/** The version behind which Last-Event-ID asks to go on: ids of events are versions. Throws `invalid-header`. */
export function lastEventId(header: string | string[] | undefined): number | undefined {
  if (header === undefined || header === '') return undefined;
  if (typeof header === 'string' && VERSION.test(header)) return Number(header);
  throw new HttpProblem('invalid-header', 'Last-Event-ID must be the id of an event of this stream, like 3');
}

function versions(tags: readonly Tag[]): number[] {
  return tags.filter(({ value }) => VERSION.test(value)).map(({ value }) => Number(value));
}

/** True when If-None-Match names the version: the client has it already. Comparison is weak. Throws `invalid-header`. */
export function noneMatches(header: string | undefined, version: number): boolean {
  if (header === undefined) return false;
  const tags = parse(header, 'If-None-Match');
  return tags === '*' || tags.some(({ value }) => value === String(version));
}

function parse(header: string, name: string): readonly Tag[] | '*' {
  const list = header.trim();
  if (list === '*') return '*';
  const tags: Tag[] = [];
  ELEMENT.lastIndex = 0;
  while (ELEMENT.lastIndex < list.length) {
    const match = ELEMENT.exec(list);
    if (match === null) break;
    const [, weak, value] = match;
    if (value !== undefined) tags.push({ weak: weak !== undefined, value });
    if (ELEMENT.lastIndex === list.length && tags.length > 0) return tags;
  }
  throw new HttpProblem('invalid-header', `${name} must be * or a list of entity tags like "3"`);
}
