import { LOCAL } from './leftovers/local-rig.ts';
import { leftoversContract } from './leftovers.ts';

leftoversContract(LOCAL);
