import type { Dashboard, Row } from './dashboard.ts';

const PICKED = 'namespace=~"$namespace",cluster=~"$cluster"';
const LEADER = 'leader_election_master_status{name="cartwright-operator"}';
/** Other operators have metrics of the same names; this narrows them to ours. */
const OURS = 'and on (job, instance) cartwright_operator_build_info';
const RATE = '[$__rate_interval]';

const orZero = (expr: string): string => `${expr} or on (pod) (0 * cartwright_operator_build_info)`;
const quantile = (share: number, by: string, buckets: string): string =>
  `histogram_quantile(${share}, sum by (${by}, le) (rate(${buckets}${RATE}) ${OURS}))`;

const clusters: Row = {
  title: 'CartClusters',
  panels: [
    {
      title: 'CartClusters',
      description: 'That the operator looks after',
      unit: 'short',
      stat: true,
      queries: [
        {
          expr: `count(count by (namespace, cluster) (cartcluster_condition{condition="Ready",${PICKED}}))`,
          legend: 'CartClusters',
        },
      ],
    },
    {
      title: 'Ready',
      description: 'They are as their specs say',
      unit: 'short',
      stat: true,
      queries: [
        {
          expr: `sum(cartcluster_condition{condition="Ready",status="True",${PICKED}}) or vector(0)`,
          legend: 'ready',
        },
      ],
    },
    {
      title: 'Stalled',
      description: 'They need somebody: kubectl describe says why',
      unit: 'short',
      stat: true,
      queries: [
        {
          expr: `sum(cartcluster_condition{condition="Stalled",status="True",${PICKED}}) or vector(0)`,
          legend: 'stalled',
        },
      ],
    },
    {
      title: 'Nodes by state',
      description: 'Of each CartCluster',
      unit: 'short',
      queries: [
        {
          expr: `sum by (namespace, cluster, state) (cartcluster_nodes{${PICKED}})`,
          legend: '{{namespace}}/{{cluster}} {{state}}',
        },
      ],
    },
    {
      title: 'Conditions that hold',
      description: 'Of each CartCluster',
      unit: 'short',
      queries: [
        {
          expr: `sum by (namespace, cluster, condition) (cartcluster_condition{status="True",${PICKED}})`,
          legend: '{{namespace}}/{{cluster}} {{condition}}',
        },
      ],
    },
  ],
};

const reconciles: Row = {
  title: 'Reconciles',
  panels: [
    {
      title: 'Reconciles by result',
      description: 'A second',
      unit: 'ops',
      queries: [
        {
          expr: `sum by (controller, result) (rate(controller_runtime_reconcile_total${RATE}) ${OURS})`,
          legend: '{{controller}} {{result}}',
        },
      ],
    },
    {
      title: 'Time of a reconcile',
      description: 'Half and 99 % take no longer',
      unit: 's',
      queries: [0.5, 0.99].map((share) => ({
        expr: quantile(share, 'controller', 'controller_runtime_reconcile_time_seconds_bucket'),
        legend: `{{controller}} ${share}`,
      })),
    },
    {
      title: 'Errors',
      description: 'Reconciles that failed, a second',
      unit: 'ops',
      queries: [
        {
          expr: orZero(
            `sum by (pod, controller) (rate(controller_runtime_reconcile_errors_total${RATE}) ${OURS})`,
          ),
          legend: '{{pod}} {{controller}}',
        },
      ],
    },
    {
      title: 'Work queue',
      description: 'Keys that wait, and reconciles under way',
      unit: 'short',
      queries: [
        { expr: `sum by (name) (workqueue_depth ${OURS})`, legend: '{{name}} waiting' },
        {
          expr: `sum by (controller) (controller_runtime_active_workers ${OURS})`,
          legend: '{{controller}} under way',
        },
      ],
    },
    {
      title: 'Time in the queue',
      description: '99 % wait no longer',
      unit: 's',
      queries: [
        { expr: quantile(0.99, 'name', 'workqueue_queue_duration_seconds_bucket'), legend: '{{name}}' },
      ],
    },
    {
      title: 'Retries',
      description: 'Keys that came back after an error, a second',
      unit: 'ops',
      queries: [
        {
          expr: orZero(`sum by (pod, name) (rate(workqueue_retries_total${RATE}) ${OURS})`),
          legend: '{{pod}} {{name}}',
        },
      ],
    },
  ],
};

const apiServer: Row = {
  title: 'API server',
  panels: [
    {
      title: 'Requests by code',
      description: 'A second',
      unit: 'reqps',
      queries: [
        {
          expr: `sum by (method, code) (rate(rest_client_requests_total${RATE}) ${OURS})`,
          legend: '{{method}} {{code}}',
        },
      ],
    },
    {
      title: 'Since a watch last heard something',
      description: 'Bookmarks count; they come about every minute',
      unit: 's',
      queries: [{ expr: 'cartcluster_watch_last_event_age_seconds', legend: '{{pod}} {{kind}}' }],
    },
    {
      title: 'Watches that began anew',
      description: 'By why, a second',
      unit: 'ops',
      queries: [
        {
          expr: orZero(`sum by (pod, kind, cause) (rate(cartcluster_watch_restarts_total${RATE}))`),
          legend: '{{pod}} {{kind}} {{cause}}',
        },
      ],
    },
  ],
};

const processes: Row = {
  title: 'Operators',
  panels: [
    {
      title: 'Leader',
      description: 'One of them leads',
      unit: 'short',
      queries: [{ expr: LEADER, legend: '{{pod}}' }],
    },
    {
      title: 'CPU',
      description: 'Cores in use',
      unit: 'short',
      queries: [{ expr: `rate(process_cpu_seconds_total${RATE}) ${OURS}`, legend: '{{pod}}' }],
    },
    {
      title: 'Memory',
      description: 'Resident',
      unit: 'bytes',
      queries: [{ expr: `process_resident_memory_bytes ${OURS}`, legend: '{{pod}}' }],
    },
  ],
};

export const operatorDashboard: Dashboard = {
  uid: 'cartwright-operator',
  title: 'Cartwright / Operator',
  description: 'CartClusters, reconciles, and the operator’s dealings with the API server',
  variables: [
    { name: 'namespace', label: 'Namespace', metric: 'cartcluster_condition', of: 'namespace' },
    {
      name: 'cluster',
      label: 'CartCluster',
      metric: 'cartcluster_condition{namespace=~"$namespace"}',
      of: 'cluster',
    },
  ],
  rows: [clusters, reconciles, apiServer, processes],
};
