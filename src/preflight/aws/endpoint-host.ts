/** Domains of Amazon's partitions: commercial, China, dual stack, the European sovereign cloud and the isolated ones. */
const AMAZON_DOMAINS = [
  'amazonaws.com',
  'amazonaws.com.cn',
  'api.aws',
  'api.amazonwebservices.com.cn',
  'amazonaws.eu',
  'api.amazonwebservices.eu',
  'c2s.ic.gov',
  'sc2s.sgov.gov',
  'cloud.adc-e.uk',
  'csp.hci.ic.gov',
  'api.aws.ic.gov',
  'api.aws.scloud',
  'api.cloud-aws.adc-e.uk',
  'api.aws.hci.ic.gov',
];

const SERVICES = 'rds|monitoring|sts|kms|sns';

const ESCAPED_DOMAINS = AMAZON_DOMAINS.map((domain) => domain.replaceAll('.', '\\.')).join('|');

/**
 * `rds.eu-west-1.amazonaws.com`, `sts.amazonaws.com`, `vpce-0a-1b.rds.eu-west-1.vpce.amazonaws.com`. A load balancer or a
 * machine of somebody's at Amazon (`….elb.amazonaws.com`) is not the service.
 */
const SERVICE_HOST = new RegExp(
  `^(?:[a-z0-9-]+\\.)?(?:${SERVICES})(?:-fips)?(?:\\.[a-z0-9-]+-\\d+)?(?:\\.vpce)?\\.(?:${ESCAPED_DOMAINS})$`,
);

/** Whether requests to it go to AWS itself; encrypted, since anything may answer where nothing is. */
export const isAmazons = ({ protocol, host }: { readonly protocol: string; readonly host: string }): boolean =>
  protocol === 'https:' && SERVICE_HOST.test(host.toLowerCase());

const DATABASE_HOST = new RegExp(`\\.([a-z0-9-]+-\\d+)\\.rds\\.(?:${ESCAPED_DOMAINS})\\.?$`);

/** Region in the name of a database of RDS: `shop.c1x2.eu-west-1.rds.amazonaws.com`. */
export const regionOfDatabaseHost = (host: string): string | undefined => DATABASE_HOST.exec(host.toLowerCase())?.[1];

export const isDatabaseHost = (host: string): boolean => DATABASE_HOST.test(host.toLowerCase());
