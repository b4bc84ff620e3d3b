import { HttpProblem } from './problems.ts';
import type { IncomingHttpHeaders } from 'node:http';

const OURS = new Set(['same-origin', 'same-site', 'none']);

/**
 * Refuses requests that another site's page makes in a shopper's name, as OWASP's fetch-metadata rules have it. SameSite=Lax alone lets a link on any
 * page change the cart by GET.
 *
 * Sec-Fetch-Site decides where the browser sends it, else Origin, else Referer. No such header at all is no browser: allowed. Origins on the CORS
 * list are allowed. Throws `cross-site` or, for a prefetch, `prefetch-refused`.
 */
export function refuseForeign(headers: IncomingHttpHeaders, allowedOrigins: ReadonlySet<string>): void {
  const purpose = headers['sec-purpose'] ?? headers['purpose'] ?? headers['x-moz'];
  if (purpose !== undefined && String(purpose).toLowerCase().includes('prefetch')) {
    throw new HttpProblem(
      'prefetch-refused',
      'this request changes the cart and can’t be made ahead of a click',
    );
  }
  const { origin } = headers;
  if (origin !== undefined && allowedOrigins.has(origin)) return;
  const site = headers['sec-fetch-site'];
  if (site !== undefined) {
    // What is not known to be ours is not: a value that browsers may send some day, or two at once.
    if (!OURS.has(site)) throw foreign('Sec-Fetch-Site');
    return;
  }
  if (origin !== undefined) {
    if (!sameHost(origin, headers.host)) throw foreign('Origin');
    return;
  }
  const { referer } = headers;
  if (referer === undefined || sameHost(referer, headers.host)) return;
  if (!URL.canParse(referer) || !allowedOrigins.has(new URL(referer).origin)) throw foreign('Referer');
}

/** The scheme is left out: behind a proxy that ends TLS this process does not know it. */
function sameHost(url: string, host: string | undefined): boolean {
  return URL.canParse(url) && new URL(url).host === host;
}

function foreign(header: string): HttpProblem {
  return new HttpProblem('cross-site', `the request comes from another site, by its ${header} header`);
}
