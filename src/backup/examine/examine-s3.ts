import { byteSize, counted } from '../../support/amounts.ts';
import { answerWithin } from '../../support/answer-within.ts';
import { type Prerequisite, prerequisiteFrom } from '../../support/prerequisite.ts';
import { untilAborted } from '../../support/until-aborted.ts';
import { explainS3Failure } from '../source/s3/explain-s3-failure.ts';
import { listFolder } from '../source/s3/list-folder.ts';
import { parseS3Address, type S3Place } from '../source/s3/s3-address.ts';
import { openS3, type S3Settings } from '../source/s3/s3-client.ts';

/** Whether it is there and may be read; it is not fetched. */
export async function examineS3(address: string, settings: S3Settings, signal: AbortSignal): Promise<Prerequisite> {
  const name = 'backup.file';
  try {
    const place = parseS3Address(address);
    const detail = await answerWithin(PATIENCE_MS, signal, (limited) => describe(place, settings, limited));
    return { name, state: 'found', detail: `${address}, ${detail}; fetched when a rehearsal begins, not now` };
  } catch (error) {
    signal.throwIfAborted();
    return prerequisiteFrom(name, error);
  }
}

/** Credentials of a role may have to be fetched first. */
const PATIENCE_MS = 10_000;

async function describe(place: S3Place, settings: S3Settings, signal: AbortSignal): Promise<string> {
  const client = await openS3(settings);
  try {
    if (place.isFolder) {
      const objects = await listFolder(client, place, signal);
      return `${counted(objects.length, 'object')}, ${byteSize(objects.reduce((sum, { bytes }) => sum + bytes, 0))}`;
    }
    const { versionId } = settings;
    const input = { Bucket: place.bucket, Key: place.key, ...(versionId !== undefined && { VersionId: versionId }) };
    const { ContentLength: bytes = 0, LastModified: at } = await untilAborted(
      client.headObject(input, { abortSignal: signal }),
      signal,
    );
    return `${byteSize(bytes)}${at ? `, put there ${at.toISOString()}` : ''}`;
  } catch (error) {
    signal.throwIfAborted();
    throw explainS3Failure(error, place.address);
  } finally {
    client.destroy();
  }
}
