import { stringify } from 'yaml';
import { REPOSITORY, VERSION } from './project.ts';
import type { CustomResourceDefinition } from './crds.ts';

const example = {
  apiVersion: 'cartwright.dev/v1alpha1',
  kind: 'CartCluster',
  metadata: { name: 'shop' },
  spec: { journal: { embedded: { storage: '1Gi' } } },
};

/** Chart.yaml, with what Artifact Hub shows. */
export function chartYaml(crds: readonly CustomResourceDefinition[]): string {
  const chart = {
    apiVersion: 'v2',
    name: 'cartwright',
    description: 'Shopping carts on Kubernetes: the operator that runs CartClusters, and their CRD',
    type: 'application',
    version: VERSION,
    appVersion: VERSION,
    // Rules of the CRD are written in CEL, which is there for good since then.
    kubeVersion: '>=1.29.0-0',
    keywords: ['cart', 'e-commerce', 'operator', 'shopping-cart'],
    home: REPOSITORY,
    sources: [REPOSITORY],
    maintainers: [{ name: 'The Cartwright authors', url: REPOSITORY }],
    annotations: {
      'artifacthub.io/category': 'database',
      'artifacthub.io/license': 'Apache-2.0',
      'artifacthub.io/operator': 'true',
      'artifacthub.io/operatorCapabilities': 'Seamless Upgrades',
      'artifacthub.io/crds': yaml(
        crds.map(({ metadata, spec: { names, versions } }) => ({
          kind: names.kind,
          version: versions[0]?.name,
          name: metadata.name,
          displayName: names.kind,
          description: 'A set of cart nodes with their journal, Services and settings',
        })),
      ),
      'artifacthub.io/crdsExamples': yaml([example]),
      'artifacthub.io/images': yaml([
        { name: 'operator', image: `ghcr.io/cartwright-dev/cartwright-operator:${VERSION}` },
        { name: 'cart-node', image: `ghcr.io/cartwright-dev/cart-node:${VERSION}` },
      ]),
      'artifacthub.io/links': yaml([
        { name: 'Runbooks', url: `${REPOSITORY}/blob/main/charts/cartwright/runbooks.md` },
        { name: 'The HTTP API', url: `${REPOSITORY}/blob/main/node/http/README.md` },
      ]),
    },
  };
  return `# Made by \`make chart\` from charts/metadata.ts.\n${yaml(chart)}`;
}

function yaml(value: unknown): string {
  return stringify(value, { lineWidth: 0 });
}
