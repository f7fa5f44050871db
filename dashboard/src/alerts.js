// Notifications, and what this version does not do yet about telling people outside the page.
import { absentPanel } from './absent.js';
import { noticesPanel } from './notice-list.js';

export const alertPanels = () => [noticesPanel(), absentPanel({
  name: 'alerts',
  title: 'Alerts outside this page',
  width: 'wide-5',
  words: 'While this page is open it tells of serious violations, raids and changes as they happen. These come with a later version:',
  missing: [
    ['Alerts', 'a falling health score, a raid, a silent bot or a rate limit ahead'],
    ['Channels', 'Discord, Slack, e-mail and webhooks, each with its own threshold'],
    ['Quiet hours', 'mutes, acknowledging, snoozing, and why something was or was not sent'],
  ],
})];
