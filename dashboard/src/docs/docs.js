// The page of the API: RapiDoc as it comes, in our colours, dark or light as the reader chose on the dashboard.
import 'rapidoc';

const COLOURS = {
  dark: {
    'bg-color': '#0f1217',
    'text-color': '#e6eaf0',
    'nav-bg-color': '#161b22',
    'primary-color': '#7c9cff',
  },
  light: {
    'bg-color': '#ffffff',
    'text-color': '#1a2230',
    'nav-bg-color': '#f5f6f8',
    'primary-color': '#3556d8',
  },
};

const page = document.querySelector('rapi-doc');
const prefersDark = matchMedia('(prefers-color-scheme: dark)');

function chosenTheme() {
  try {
    return localStorage.getItem('modwatch.theme');
  } catch {
    return null; // storage may be forbidden
  }
}

function paint() {
  const theme = chosenTheme() ?? (prefersDark.matches ? 'dark' : 'light');
  page.setAttribute('theme', theme);
  for (const [name, colour] of Object.entries(COLOURS[theme])) page.setAttribute(name, colour);
}

prefersDark.addEventListener('change', paint);
paint();
