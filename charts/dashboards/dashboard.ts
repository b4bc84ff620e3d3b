/** What a dashboard shows, without where on the screen: `grafana.ts` makes Grafana's JSON of it. */
export interface Dashboard {
  readonly uid: string;
  readonly title: string;
  readonly description: string;
  readonly variables: readonly Variable[];
  readonly rows: readonly Row[];
}

/** A choice at the top of the dashboard: the values that a label has in a metric. */
export interface Variable {
  readonly name: string;
  readonly label: string;
  readonly metric: string;
  readonly of: string;
}

export interface Row {
  readonly title: string;
  readonly panels: readonly Panel[];
}

export interface Panel {
  readonly title: string;
  readonly description: string;
  /** Of Grafana's units: `s`, `reqps`, `percentunit`, `bytes`, `short`. */
  readonly unit: string;
  /** One big number in place of lines over time. */
  readonly stat?: true;
  readonly queries: readonly Query[];
}

export interface Query {
  readonly expr: string;
  /** Name of a line; `{{pod}}` stands for the label's value. */
  readonly legend: string;
}
