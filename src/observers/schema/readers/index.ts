import type { Reader } from '../reader.ts';
import { databases, parameterPrivileges, roles, roleSettings, tablespaces } from './cluster.ts';
import { collations } from './collations.ts';
import { columns } from './columns.ts';
import { domainConstraints, tableConstraints } from './constraints.ts';
import { foreignDataWrappers, foreignServers, userMappings } from './foreign.ts';
import { aggregates, functions } from './functions.ts';
import {
  extensionServers,
  extensionWrappers,
  systemColumns,
  systemFunctions,
  systemLanguages,
  systemRelations,
  systemSchemas,
  systemTypes,
} from './granted-on-system.ts';
import { indexes } from './indexes.ts';
import { largeObjects } from './large-objects.ts';
import { accessMethods, operatorClasses, operatorFamilies, operators } from './operators.ts';
import { casts, conversions, eventTriggers, languages, transforms } from './programmability.ts';
import { relations } from './relations.ts';
import { publications, statisticsObjects, subscriptions } from './replication.ts';
import { defaultPrivileges, extensions, schemas } from './schemas.ts';
import { sequences } from './sequences.ts';
import { policies, rules, triggers } from './table-parts.ts';
import {
  textSearchConfigurations,
  textSearchDictionaries,
  textSearchParsers,
  textSearchTemplates,
} from './text-search.ts';
import { baseTypes, domains, impliedTypes, plainTypes, rangeTypes } from './types.ts';

/** Every kind of object there is, in no order that matters. */
export const readersFor = (major: number): readonly Reader[] => [
  ...READERS,
  ...(major >= 15 ? [parameterPrivileges] : []),
];

const READERS: readonly Reader[] = [
  relations,
  columns,
  tableConstraints,
  domainConstraints,
  indexes,
  sequences,
  triggers,
  rules,
  policies,
  functions,
  aggregates,
  domains,
  plainTypes,
  rangeTypes,
  baseTypes,
  impliedTypes,
  schemas,
  defaultPrivileges,
  extensions,
  languages,
  eventTriggers,
  casts,
  transforms,
  conversions,
  collations,
  operators,
  operatorClasses,
  operatorFamilies,
  accessMethods,
  textSearchParsers,
  textSearchTemplates,
  textSearchDictionaries,
  textSearchConfigurations,
  foreignDataWrappers,
  foreignServers,
  userMappings,
  publications,
  subscriptions,
  statisticsObjects,
  roles,
  roleSettings,
  databases,
  tablespaces,
  largeObjects,
  systemRelations,
  systemColumns,
  systemFunctions,
  systemTypes,
  systemSchemas,
  systemLanguages,
  extensionWrappers,
  extensionServers,
];
