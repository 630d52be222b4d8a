"""The site model: places, feeds, sources, calendar and standards as frozen, checked objects."""

from streams.site.load import load_site
from streams.site.mistake import Mistake, SiteError

__all__ = ["Mistake", "SiteError", "load_site"]
