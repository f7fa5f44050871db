// What the reader's role allows in the server shown. The API decides; this only hides what it would refuse.
import { server } from './state.js';

export const ROLES = ['viewer', 'moderator', 'admin', 'owner'];

export const rank = (role) => ROLES.indexOf(role);

/** True when the reader has `role` or a higher one. */
export const may = (role) => rank(server()?.role) >= rank(role);

/**
 * What to tell a reader whose role in a server is another one now. `was` and `is` are that server as it was read before
 * and is read now, null where there is none; null when there is nothing to tell.
 */
export function roleChange(was, is, name) {
  if (!was || was.role === is?.role) return null;
  return is ? `You are ${is.role} of ${name} now.` : `You have no role in ${name} any more.`;
}

/** The roles the reader may give: none above their own. */
export const givable = () => ROLES.filter((role) => rank(role) <= rank(server()?.role));
