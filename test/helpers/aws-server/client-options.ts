import type { AwsServer } from './index.ts';

/** What every client of the SDK is constructed with to reach the server. */
export const clientOptions = (server: AwsServer, region: string = server.world.region) => ({
  endpoint: server.url,
  region,
  credentials: { accessKeyId: 'AKIAIOSFODNN7EXAMPLE', secretAccessKey: 'a-secret-of-nobody' },
});
