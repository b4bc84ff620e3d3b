import { z } from 'zod';
import { mapOf } from './bounded.ts';
import { labelValue } from './label-selector.ts';

/** How others reach the node: shoppers' requests, Prometheus, nobody else. */
export const service = z
  .object({
    type: z
      .enum(['ClusterIP', 'NodePort', 'LoadBalancer'])
      .default('ClusterIP')
      .describe(
        'How the Service is reached: inside the cluster, by a port of every machine, or by a load balancer.',
      ),
    annotations: mapOf(z.string().max(4096).describe('Value of the annotation.'), 64)
      .optional()
      .describe('Annotations of the Service, like those that load balancers read.'),
  })
  .describe('The Service that clients use. It has the CartCluster’s name and port 80.');

export const networkPolicy = z
  .object({
    enabled: z
      .boolean()
      .default(true)
      .describe(
        'Whether a NetworkPolicy lets in only requests for carts and, from inside the cluster, scrapes; and lets out only what the catalog needs.',
      ),
  })
  .describe('Who may talk to the node.');

const podMonitor = z
  .object({
    enabled: z
      .boolean()
      .default(false)
      .describe('Whether the operator keeps a PodMonitor. The Prometheus operator must be installed.'),
    interval: z
      .string()
      .max(16)
      .regex(/^[1-9][0-9]{0,5}(ms|s|m|h)$/, 'must be a time like 30s')
      .default('30s')
      .describe('How often the node is scraped.'),
    labels: mapOf(labelValue.describe('Value of the label.'), 64)
      .optional()
      .describe('Labels of the PodMonitor, by which a Prometheus chooses it.'),
  })
  .describe('Has the Prometheus operator scrape the nodes.');

export const monitoring = z
  .object({ podMonitor: podMonitor.prefault({}) })
  .describe('How the nodes are watched.');
