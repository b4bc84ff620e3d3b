/** One line of the table. */
export interface Figure {
  readonly name: string;
  /** Null when it could not be measured; the note says why. */
  readonly value: number | null;
  readonly unit: '×' | 'ms' | 'B' | 'MiB' | 's';
  /** The bound that must hold: at least, or at most. */
  readonly bound: { readonly least: number } | { readonly most: number };
  /** What is aimed at beyond it. */
  readonly aim?: number;
  readonly p50Ms?: number;
  readonly p99Ms?: number;
  readonly note?: string;
}

/** Null where nothing was measured. */
export function isMet({ value, bound }: Figure): boolean | null {
  if (value === null) return null;
  return 'least' in bound ? value >= bound.least : value <= bound.most;
}

/** The table as text, one line a figure, notes below. */
export function tableOf(figures: readonly Figure[]): string {
  const header = ['figure', 'value', 'must be', 'aim', 'met', 'p50 ms', 'p99 ms'];
  const rows = figures.map((figure) => {
    const { name, value, unit, bound, aim, p50Ms, p99Ms } = figure;
    const sign = 'least' in bound ? '≥' : '≤';
    const most = 'least' in bound ? bound.least : bound.most;
    const met = isMet(figure);
    return [
      name,
      value === null ? 'not measured' : `${number(value)} ${unit}`,
      `${sign} ${number(most)} ${unit}`,
      aim === undefined ? '' : `${sign} ${number(aim)}`,
      met === null ? '' : met ? 'yes' : 'NO',
      p50Ms === undefined ? '' : p50Ms.toFixed(2),
      p99Ms === undefined ? '' : p99Ms.toFixed(2),
    ];
  });
  const widths = header.map((_, column) =>
    Math.max(...[header, ...rows].map((cells) => (cells[column] ?? '').length)),
  );
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, column) =>
        column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0),
      )
      .join('  ')
      .trimEnd();
  const notes = figures.flatMap(({ name, note }) => (note === undefined ? [] : [`  ${name}: ${note}`]));
  const rule = widths.map((width) => '-'.repeat(width)).join('  ');
  return [line(header), rule, ...rows.map(line), '', ...notes].join('\n');
}

function number(value: number): string {
  const size = Math.abs(value);
  return value.toFixed(size >= 100 || Number.isInteger(value) ? 0 : size >= 10 ? 1 : 2);
}
