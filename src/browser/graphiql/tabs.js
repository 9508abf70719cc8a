// The tab that is active stands in view, among however many.
import { useGraphiQL } from '@graphiql/react';
import { useEffect } from 'react';

export function ActiveTabInView() {
  const { activeTabIndex, tabs } = useGraphiQL((state) => state);
  useEffect(() => {
    const tab = document.querySelectorAll('.graphiql-tab')[activeTabIndex];
    tab?.scrollIntoView({ block: 'nearest', inline: 'nearest' });
  }, [activeTabIndex, tabs.length]);
  return null;
}
