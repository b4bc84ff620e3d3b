import { ApiClient } from '../api-client.ts';
import { apiServerContract } from './api-server.contract.ts';
import { fakeServer } from './fixtures.ts';
import { FakeTransport } from './fake-transport.ts';
import { ManualClock } from './manual-clock.ts';

describe('fake API server', () => {
  apiServerContract(() => {
    const clock = new ManualClock();
    const server = fakeServer({ clock });
    server.compact();
    return {
      namespace: 'default',
      client: (fieldManager) =>
        new ApiClient({ transport: new FakeTransport(server), clock, fieldManager, userAgent: fieldManager }),
    };
  });
});
