/** The images under test, as their makers named them. */
export const images = {
  get node(): string {
    return named('NODE_IMAGE');
  },
  get operator(): string {
    return named('OPERATOR_IMAGE');
  },
  get prometheus(): string {
    return named('PROMETHEUS_IMAGE');
  },
};

function named(variable: string): string {
  const image = process.env[variable];
  if (image === undefined || image === '')
    throw new Error(`${variable} must name an image; make e2e does it`);
  return image;
}
