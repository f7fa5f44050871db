// What the reader's role allows in the server shown. The API decides; this only hides what it would refuse.
import { server } from './state.js';

export const ROLES = ['viewer', 'moderator', 'admin', 'owner'];

export const rank = (role) => ROLES.indexOf(role);

/** True when the reader has `role` or a higher one. */
export const may = (role) => rank(server()?.role) >= rank(role);

/** The roles the reader may give: none above their own. */
export const givable = () => ROLES.filter((role) => rank(role) <= rank(server()?.role));
