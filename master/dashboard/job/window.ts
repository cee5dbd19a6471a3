import { useEffect, useRef, useState } from "preact/hooks";

/** Follows the scroll position and the height of an element. */
export function useScrolled<T extends HTMLElement>() {
  const ref = useRef<T>(null);
  const [view, setView] = useState({ scrolled: 0, height: 600 });
  useEffect(() => {
    const own = ref.current;
    if (own === null) return;
    const measure = () => setView({ scrolled: own.scrollTop, height: own.clientHeight });
    measure();
    own.addEventListener("scroll", measure, { passive: true });
    const sizes = new ResizeObserver(measure);
    sizes.observe(own);
    return () => {
      own.removeEventListener("scroll", measure);
      sizes.disconnect();
    };
  }, []);
  return { ref, ...view };
}
