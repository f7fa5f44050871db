// Where this Modwatch is: at the root of its host, or below a path of it. The page itself is at its root.

/** An address of this Modwatch in full; `path` has no slash in front. */
export const here = (path) => new URL(path, document.baseURI).href;

/**
 * The address of one of our own pages that `link` names, or of the overview: a link may have come from anywhere.
 * A link that begins with a slash counts from the root of this Modwatch, wherever on its host that is.
 */
export function ownAddress(link) {
  if (typeof link !== 'string' || link === '') return '#overview';
  if (link.startsWith('#')) return link; // of the very page that is shown
  const root = new URL('.', document.baseURI);
  const [given, ours] = [link, link.replace(/^\//, './')].map((each) => parsed(each, root));
  if (!given || given.origin !== root.origin || given.username || given.password)
    return '#overview';
  return (
    [given, ours].find((each) => each?.pathname.startsWith(root.pathname))?.href ?? '#overview'
  );
}

function parsed(link, root) {
  try {
    return new URL(link, root);
  } catch {
    return null;
  }
}
