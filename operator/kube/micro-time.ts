/** A time as the API server wants it where it counts microseconds: six digits, not the three of `toISOString`. */
export function microTime(wallMs: number): string {
  const wholeMs = Math.floor(wallMs);
  const micros = Math.floor((wallMs - wholeMs) * 1000);
  return new Date(wholeMs).toISOString().replace('Z', `${String(micros).padStart(3, '0')}Z`);
}
