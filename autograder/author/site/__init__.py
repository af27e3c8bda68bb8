"""The course as a site: pages to read, try, search and cite."""
