// Texts to start from.
export const TEMPLATES = [
  {
    name: 'Small community',
    text: `Be kind. These rules keep the place pleasant:

1. No harassment, insults or threats, in public or in private messages.
2. No spam, flooding or mass mentions.
3. No advertising or invite links without asking a moderator first.
4. Keep to a channel's topic.
5. No adult content.
6. Do not share anybody's personal data.
`,
  },
  {
    name: 'Gaming',
    text: `Play fair and keep it fun:

1. No harassment, slurs or hate, also not as banter.
2. No cheats, exploits, account trading or boosting offers.
3. No spoilers outside spoiler channels and tags.
4. No spam, caps or soundboard floods in voice and text.
5. No scam links or "free" item offers; report them to a moderator.
6. Looking for a group? Use the channels made for it.
`,
  },
  {
    name: 'Study and work',
    text: `This is a place to learn and to work together:

1. Stay on topic; small talk has its own channel.
2. Ask full questions and show what you tried.
3. No answers to running exams or graded work.
4. No recruiting, sales or surveys without permission.
5. No harassment or discrimination.
6. Respect copyright and other people's privacy.
`,
  },
  {
    name: 'Large public server',
    text: `1. Hate, threats, sexual content and gore: ban.
2. Scam or malware links: ban.
3. Sharing personal data: kick, then ban.
4. Harassment and slurs: timeout, then ban.
5. Invite links and advertising: warning, then timeout.
6. Spam, flooding and caps: warning, then timeout.
7. Off topic after being asked to move: warning.
8. Getting around a punishment with another account: ban.
`,
  },
];
