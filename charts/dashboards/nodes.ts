import { checkout } from './checkout-row.ts';
import { orZero, OURS, PICKED, quantile, RATE } from './node-queries.ts';
import type { Dashboard, Row } from './dashboard.ts';

const overview: Row = {
  title: 'Overview',
  panels: [
    {
      title: 'Nodes that take requests',
      description: 'Of those that are scraped',
      unit: 'short',
      stat: true,
      queries: [{ expr: `sum(cartwright_ready{${PICKED}})`, legend: 'ready' }],
    },
    {
      title: 'Requests',
      description: 'A second',
      unit: 'reqps',
      stat: true,
      queries: [{ expr: `sum(rate(http_requests_total[5m]) ${OURS})`, legend: 'requests' }],
    },
    {
      title: 'Failed requests',
      description: 'Share that was answered with a 5xx in the last five minutes',
      unit: 'percentunit',
      stat: true,
      queries: [
        {
          expr: `(sum(rate(http_requests_total{status=~"5.."}[5m]) ${OURS}) or vector(0)) / sum(rate(http_requests_total[5m]) ${OURS})`,
          legend: 'failed',
        },
      ],
    },
    {
      title: 'Slowest hundredth',
      description: 'One request in a hundred takes this or longer',
      unit: 's',
      stat: true,
      queries: [
        {
          expr: `histogram_quantile(0.99, sum by (le) (rate(http_request_duration_seconds_bucket[5m]) ${OURS}))`,
          legend: 'p99',
        },
      ],
    },
    {
      title: 'Carts in memory',
      description: 'Of all nodes',
      unit: 'short',
      stat: true,
      queries: [{ expr: `sum(cartwright_pool_carts{${PICKED}})`, legend: 'carts' }],
    },
    {
      title: 'Damaged carts',
      description: 'Reads in the last day that found one; see the runbook of CartNodeDamagedCarts',
      unit: 'short',
      stat: true,
      queries: [{ expr: `sum(increase(cartwright_damaged_reads_total{${PICKED}}[1d]))`, legend: 'damaged' }],
    },
  ],
};

const requests: Row = {
  title: 'Requests',
  panels: [
    {
      title: 'Requests by route',
      description: 'Every node’s together',
      unit: 'reqps',
      queries: [
        {
          expr: `sum by (method, route) (rate(http_requests_total${RATE}) ${OURS})`,
          legend: '{{method}} {{route}}',
        },
      ],
    },
    {
      title: 'Time to answer',
      description: 'Half, 95 % and 99 % of the requests are answered within',
      unit: 's',
      queries: [0.5, 0.95, 0.99].map((share) => ({
        expr: quantile(share, 'pod', 'http_request_duration_seconds_bucket'),
        legend: `{{pod}} ${share}`,
      })),
    },
    {
      title: 'Problems',
      description: 'Errors answered, by their code; node/http/README.md says what each means',
      unit: 'reqps',
      queries: [
        {
          expr: orZero(`sum by (pod, code) (rate(cartwright_http_problems_total{${PICKED}}${RATE}))`),
          legend: '{{pod}} {{code}}',
        },
      ],
    },
  ],
};

const calls: Row = {
  title: 'gRPC',
  panels: [
    {
      title: 'Calls by method',
      description: 'Every node’s together',
      unit: 'reqps',
      queries: [
        {
          expr: `sum by (grpc_service, grpc_method) (rate(grpc_server_handled_total${RATE}) ${OURS})`,
          legend: '{{grpc_service}} {{grpc_method}}',
        },
      ],
    },
    {
      title: 'Time to answer a call',
      description: 'Half, 95 % and 99 % of the calls with one answer are answered within',
      unit: 's',
      queries: [0.5, 0.95, 0.99].map((share) => ({
        expr: quantile(share, 'pod', 'grpc_server_handling_seconds_bucket'),
        legend: `{{pod}} ${share}`,
      })),
    },
    {
      title: 'Calls that failed',
      description: 'By their code; node/grpc/README.md says what each means',
      unit: 'reqps',
      queries: [
        {
          expr: orZero(`sum by (pod, code) (rate(cartwright_grpc_problems_total{${PICKED}}${RATE}))`),
          legend: '{{pod}} {{code}}',
        },
      ],
    },
    {
      title: 'Under way',
      description: 'Calls whose work is not done, and watches that are open',
      unit: 'short',
      queries: [
        { expr: `cartwright_grpc_calls{${PICKED}}`, legend: '{{pod}} calls' },
        { expr: `cartwright_grpc_streams{${PICKED}}`, legend: '{{pod}} watches' },
      ],
    },
  ],
};

const changes: Row = {
  title: 'Changes of carts',
  panels: [
    {
      title: 'Mutations by outcome',
      description: 'Applied, replayed for an Idempotency-Key, rejected by a rule, failed',
      unit: 'ops',
      queries: [
        {
          expr: `sum by (pod, outcome) (rate(cartwright_mutations_total{${PICKED}}${RATE}))`,
          legend: '{{pod}} {{outcome}}',
        },
      ],
    },
    {
      title: 'Mutations by kind',
      description: 'Every node’s together',
      unit: 'ops',
      queries: [
        {
          expr: `sum by (mutation) (rate(cartwright_mutations_total{${PICKED}}${RATE}))`,
          legend: '{{mutation}}',
        },
      ],
    },
    {
      title: 'Time of a mutation',
      description: '99 % take no longer, from their arrival at the cart to the answer',
      unit: 's',
      queries: [
        {
          expr: quantile(0.99, 'mutation', 'cartwright_mutation_duration_seconds_bucket'),
          legend: '{{mutation}}',
        },
      ],
    },
    {
      title: 'Unfinished merges',
      description:
        'Tried again every second; until they are finished, the carts that go into others take no changes',
      unit: 'short',
      queries: [{ expr: `cartwright_merges_unfinished{${PICKED}}`, legend: '{{pod}}' }],
    },
  ],
};

const live: Row = {
  title: 'Live carts',
  panels: [
    {
      title: 'Readers',
      description: 'That follow a cart, by events over HTTP or by a gRPC watch',
      unit: 'short',
      queries: [{ expr: `cartwright_watchers{${PICKED}}`, legend: '{{pod}}' }],
    },
    {
      title: 'Readers that were cut',
      description: 'Because they were too slow, a second; they go on where they were',
      unit: 'ops',
      queries: [
        {
          expr: orZero(`sum by (pod) (rate(cartwright_watchers_cut_total{${PICKED}}${RATE}))`),
          legend: '{{pod}}',
        },
      ],
    },
  ],
};

const journal: Row = {
  title: 'Journal',
  panels: [
    {
      title: 'Time of a batch',
      description: 'Until it is on disk; every change waits for its batch',
      unit: 's',
      queries: [0.5, 0.99].map((share) => ({
        expr: quantile(share, 'pod, kind', 'cartwright_journal_batch_duration_seconds_bucket'),
        legend: `{{pod}} {{kind}} ${share}`,
      })),
    },
    {
      title: 'Carts in a batch',
      description: 'On average; more of them share a flush when there is more to do',
      unit: 'short',
      queries: [
        {
          expr: `sum by (pod, kind) (rate(cartwright_journal_batch_entries_sum{${PICKED}}${RATE})) / sum by (pod, kind) (rate(cartwright_journal_batch_entries_count{${PICKED}}${RATE}))`,
          legend: '{{pod}} {{kind}}',
        },
      ],
    },
    {
      title: 'Refused and waiting',
      description: 'Entries that the journal did not take, a second; entries that wait for a batch',
      unit: 'short',
      queries: [
        {
          expr: orZero(`sum by (pod) (rate(cartwright_journal_refused_total{${PICKED}}${RATE}))`),
          legend: '{{pod}} refused',
        },
        { expr: `cartwright_journal_waiting{${PICKED}}`, legend: '{{pod}} waiting' },
      ],
    },
  ],
};

const carts: Row = {
  title: 'Carts in memory',
  panels: [
    {
      title: 'Carts',
      description: 'In memory, and those of them in use',
      unit: 'short',
      queries: [
        { expr: `cartwright_pool_carts{${PICKED}}`, legend: '{{pod}} in memory' },
        { expr: `cartwright_pool_active_carts{${PICKED}}`, legend: '{{pod}} in use' },
      ],
    },
    {
      title: 'Carts that leave memory',
      description: 'Because nobody asks for them, or for want of room',
      unit: 'ops',
      queries: [
        {
          expr: orZero(`sum by (pod, reason) (rate(cartwright_pool_evictions_total{${PICKED}}${RATE}))`),
          legend: '{{pod}} {{reason}}',
        },
      ],
    },
    {
      title: 'Requests that wait for their cart',
      description: 'Those of one cart are done one after the other',
      unit: 'short',
      queries: [{ expr: `cartwright_mailbox_depth{${PICKED}}`, legend: '{{pod}}' }],
    },
  ],
};

const load: Row = {
  title: 'Load',
  panels: [
    {
      title: 'Refused for overload',
      description: 'Share of the requests',
      unit: 'percentunit',
      queries: [{ expr: `cartwright_shedding_ratio{${PICKED}}`, legend: '{{pod}}' }],
    },
    {
      title: 'Lag of the event loop',
      description: '99 % of the turns are late by no more than this',
      unit: 's',
      queries: [{ expr: `nodejs_eventloop_lag_p99_seconds ${OURS}`, legend: '{{pod}}' }],
    },
    {
      title: 'Catalog lookups',
      description: 'At an HTTP catalog, by how they ended',
      unit: 'ops',
      queries: [
        {
          expr: orZero(`sum by (pod, result) (rate(cartwright_catalog_lookups_total{${PICKED}}${RATE}))`),
          legend: '{{pod}} {{result}}',
        },
      ],
    },
    {
      title: 'CPU',
      description: 'Cores in use',
      unit: 'short',
      queries: [{ expr: `rate(process_cpu_seconds_total${RATE}) ${OURS}`, legend: '{{pod}}' }],
    },
    {
      title: 'Memory',
      description: 'Resident, and the part of it that is JavaScript’s heap',
      unit: 'bytes',
      queries: [
        { expr: `process_resident_memory_bytes ${OURS}`, legend: '{{pod}} resident' },
        { expr: `nodejs_heap_size_used_bytes ${OURS}`, legend: '{{pod}} heap' },
      ],
    },
    {
      title: 'Garbage collection',
      description: 'Share of time',
      unit: 'percentunit',
      queries: [
        { expr: `sum by (pod) (rate(nodejs_gc_duration_seconds_sum${RATE}) ${OURS})`, legend: '{{pod}}' },
      ],
    },
    {
      title: 'Spans of traces',
      description: 'That ended, were sent, could not be sent; with traces off there are none',
      unit: 'ops',
      queries: [
        {
          expr: orZero(`sum by (pod, result) (rate(cartwright_trace_spans_total{${PICKED}}${RATE}))`),
          legend: '{{pod}} {{result}}',
        },
      ],
    },
  ],
};

export const nodesDashboard: Dashboard = {
  uid: 'cartwright-nodes',
  title: 'Cartwright / Cart nodes',
  description: 'Requests, changes, the journal, checkout and the memory of cart nodes',
  variables: [
    { name: 'namespace', label: 'Namespace', metric: 'cartwright_build_info', of: 'namespace' },
    {
      name: 'pod',
      label: 'Pod',
      metric: 'cartwright_build_info{namespace=~"$namespace"}',
      of: 'pod',
    },
  ],
  rows: [overview, requests, calls, changes, live, checkout, journal, carts, load],
};
