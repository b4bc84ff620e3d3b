import { orZero, PICKED, quantileOrZero, RATE } from './node-queries.ts';
import type { Row } from './dashboard.ts';

export const checkout: Row = {
  title: 'Checkout',
  panels: [
    {
      title: 'Checkouts asked for',
      description: 'By what became of the order at the provider; ordered: it was found paid',
      unit: 'ops',
      queries: [
        {
          expr: orZero(`sum by (pod, outcome) (rate(cartwright_checkout_opened_total{${PICKED}}${RATE}))`),
          legend: '{{pod}} {{outcome}}',
        },
      ],
    },
    {
      title: 'Orders judged before payment',
      description: 'What is denied has changed since, and the shopper is shown the cart as it is',
      unit: 'ops',
      queries: [
        {
          expr: orZero(`sum by (pod, verdict) (rate(cartwright_checkout_validated_total{${PICKED}}${RATE}))`),
          legend: '{{pod}} {{verdict}}',
        },
      ],
    },
    {
      title: 'Carts that were ordered',
      description: 'In the hour before',
      unit: 'short',
      queries: [
        {
          expr: orZero(`sum by (pod) (increase(cartwright_checkout_ordered_total{${PICKED}}[1h]))`),
          legend: '{{pod}}',
        },
      ],
    },
    {
      title: 'Paid orders that do not fit',
      description: 'In the six hours before; see the runbook of CartNodeCheckoutAlarms',
      unit: 'short',
      queries: [
        {
          expr: orZero(`sum by (pod) (increase(cartwright_checkout_alarms_total{${PICKED}}[6h]))`),
          legend: '{{pod}}',
        },
      ],
    },
    {
      title: 'Calls to the provider',
      description: 'By how they ended; see the runbooks of CartNodeCheckoutFails and CartNodeCheckoutRefused',
      unit: 'ops',
      queries: [
        {
          expr: orZero(
            `sum by (pod, outcome) (rate(cartwright_checkout_provider_calls_total{${PICKED}}${RATE}))`,
          ),
          legend: '{{pod}} {{outcome}}',
        },
      ],
    },
    {
      title: 'Time of a call to the provider',
      description: 'Half and 95 % of the calls take no longer; zero where there is none',
      unit: 's',
      queries: [0.5, 0.95].map((share) => ({
        expr: quantileOrZero(share, 'pod, call', 'cartwright_checkout_provider_duration_seconds_bucket'),
        legend: `{{pod}} {{call}} ${share}`,
      })),
    },
  ],
};
