import type { KubeObject } from './api.ts';

/** A machine of the cluster. */
export interface Machine extends KubeObject {
  readonly spec: { readonly podCIDR?: string };
  readonly status: { readonly addresses?: readonly { readonly type: string; readonly address: string }[] };
}

/** The machine's own part of the network: each pod gets a pair of interfaces and an address of the machine's range; host ports work. */
export function cniConfiguration(podRange: string): string {
  const ipam = {
    type: 'host-local',
    dataDir: '/run/cni-ipam-state',
    routes: [{ dst: '0.0.0.0/0' }],
    ranges: [[{ subnet: podRange }]],
  };
  const plugins = [
    { type: 'ptp', ipMasq: false, ipam },
    { type: 'portmap', capabilities: { portMappings: true } },
  ];
  return `${JSON.stringify({ cniVersion: '0.3.1', name: 'pods', plugins }, null, 2)}\n`;
}

export interface Route {
  readonly range: string;
  readonly via: string;
}

/** How this machine reaches the pods of the others. One that has no range or address yet comes in a later round. */
export function routesToOthers(machines: readonly Machine[], own: string): readonly Route[] {
  return machines.flatMap(({ metadata, spec, status }) => {
    const via = status.addresses?.find(({ type }) => type === 'InternalIP')?.address;
    return metadata.name === own || spec.podCIDR === undefined || via === undefined
      ? []
      : [{ range: spec.podCIDR, via }];
  });
}
