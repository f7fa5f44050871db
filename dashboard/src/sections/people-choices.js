// Roles and members of the server to choose from, as Discord or Modwatch knows them.
import { html } from 'lit-html';
import { ApiError, send } from '../data/api.js';
import { under } from '../data/sources.js';
import { picture } from '../ui/widgets.js';
import { memberName } from '../ui/words.js';
import { vars } from '../ui/vars.js';

const WHY = {
  away: 'Discord does not answer now.',
  missing: 'Modwatch’s bot is not in this server.',
  not_configured: 'This Modwatch has no bot token.',
};

/** Why Discord's own list is not here, and what can be done all the same. */
export const noteOf = (discord, noun) =>
  WHY[discord] ? `${WHY[discord]} You can enter the ${noun}’s id.` : undefined;

/** A member as a combobox shows one. */
export function memberOption(member) {
  const name = memberName(member);
  const label = member.display_name ?? name;
  return {
    key: member.user_id,
    label,
    detail: label === name ? '' : name,
    picture: picture(member),
  };
}

export function roleOption(role) {
  const dot = html`<span class="role-dot" aria-hidden="true" ${vars({ '--role': role.color ?? 'currentColor' })}></span>`;
  return { key: role.role_id, label: role.name, picture: dot };
}

export async function findMembers(text) {
  const answer = await read(`choices/members?${new URLSearchParams({ q: text })}`);
  if (!answer) return { options: [], note: 'Members cannot be looked up now.' };
  const { members, discord } = answer;
  return { options: members.map(memberOption), note: noteOf(discord, 'person') };
}

/** All roles; `find` narrows them down here, as they are few. */
export async function readRoles() {
  const answer = await read('choices/roles');
  if (!answer)
    return { roles: [], note: 'Roles cannot be looked up now. You can enter the role’s id.' };
  return { roles: answer.roles.map(roleOption), note: noteOf(answer.discord, 'role') };
}

async function read(path) {
  try {
    return (await send(under(path))).data;
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    return null;
  }
}
