// The moderators' role, chosen by name.
import { changed } from '../data/state.js';
import { Combobox } from '../ui/combobox.js';
import { readRoles } from './people-choices.js';

const NONE = { key: '', label: 'None' };
const held = { seat: null, known: null, shown: undefined };
let take = () => {};

const box = new Combobox({
  id: 'config-mod_role_id',
  noun: 'role',
  find: async (text) => {
    if (!text) held.known = readRoles(); // as it is opened: Discord may be back, or have another role
    const { roles, note } = await held.known;
    const asked = text.toLowerCase();
    const found = roles.filter(({ label }) => label.toLowerCase().includes(asked));
    return { options: text ? found : [NONE, ...found], note };
  },
  pick: (role) => take(role?.key ?? ''),
});

/** `value` is the role's id, or empty; `choose(id)` hears of another. `seat` is whose form this is. */
export function roleChoice({ seat, value, choose, describedBy }) {
  take = choose;
  if (held.seat !== seat) Object.assign(held, { seat, known: readRoles(), shown: undefined });
  if (held.shown !== value && !box.open) show(value);
  return box.draw({ describedBy, placeholder: 'None' });
}

async function show(value) {
  held.shown = value;
  box.set(value ? { key: value, label: `Role ${value}` } : null);
  const { roles } = await held.known;
  const role = roles.find(({ key }) => key === value);
  if (!role || held.shown !== value) return;
  if (box.open) return (held.shown = undefined); // once it is closed: not under the reader's hands
  box.set(role);
  changed();
}
