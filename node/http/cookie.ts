import type { HttpSettings } from './settings.ts';

/**
 * The value of one cookie in a Cookie header, without decoding: the first of that name that is acceptable, as others than this service may have set one.
 * Null when there is none.
 */
export function readCookie(
  header: string | undefined,
  name: string,
  acceptable: (value: string) => boolean,
): string | null {
  if (header === undefined) return null;
  for (let at = 0; at < header.length;) {
    let end = header.indexOf(';', at);
    if (end === -1) end = header.length;
    while (header.charCodeAt(at) === 32) at += 1;
    if (header.startsWith(name, at) && header.charCodeAt(at + name.length) === 61) {
      const value = header.slice(at + name.length + 1, end).trim();
      if (acceptable(value)) return value;
    }
    at = end + 1;
  }
  return null;
}

export type CookieSettings = Pick<HttpSettings, 'COOKIE_NAME' | 'COOKIE_SECURE' | 'COOKIE_MAX_AGE_DAYS'>;

/** Set-Cookie that names a cart, or forgets it. */
export function cartCookie(settings: CookieSettings, id: string | null): string {
  const maxAge = id === null ? 0 : settings.COOKIE_MAX_AGE_DAYS * 86_400;
  const secure = settings.COOKIE_SECURE ? '; Secure' : '';
  return `${settings.COOKIE_NAME}=${id ?? ''}; Path=/; Max-Age=${maxAge}; HttpOnly; SameSite=Lax${secure}`;
}
