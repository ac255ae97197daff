"""How others find out what is published: VoID, DCAT, the questions as examples, and dumps."""

from nqf_graph.discovery.description import Description
from nqf_graph.discovery.exports import Export, Exports
from nqf_graph.discovery.names import Names
from nqf_graph.discovery.profile_files import ProfileFiles
from nqf_graph.discovery.sitemap import Sitemap

__all__ = ["Description", "Export", "Exports", "Names", "ProfileFiles", "Sitemap"]
