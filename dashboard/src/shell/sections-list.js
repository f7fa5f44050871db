// The sections in their order: what they are called, and from which role on.
import { may } from '../data/roles.js';

const ALL = [
  { id: 'overview', name: 'Overview', tab: true },
  { id: 'violations', name: 'Violations', tab: true },
  { id: 'people', name: 'People', tab: true },
  { id: 'rules', name: 'Rules' },
  { id: 'time', name: 'Time' },
  { id: 'moderators', name: 'Moderators' },
  { id: 'exports', name: 'Exports' },
  { id: 'alerts', name: 'Alerts', tab: true },
  { id: 'settings', name: 'Settings' },
  { id: 'audit', name: 'Audit log', from: 'admin' },
];

export const sections = () => ALL.filter(({ from }) => !from || may(from));

/** The section `steps` away from the one being looked at; the ends hold. */
export function sectionBeside(id, steps) {
  const all = sections();
  const at = all.findIndex((each) => each.id === id) + steps;
  return all[Math.min(all.length - 1, Math.max(0, at))].id;
}
