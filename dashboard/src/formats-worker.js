// A browser gathers what it knows of languages when Intl is first used, once for all its threads. On a phone
// that takes 0.1 s, in which the page could not react: so it happens here, beside the page, which needs it later.
new Intl.NumberFormat().format(0);
new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'long' }).format(0);
close();
