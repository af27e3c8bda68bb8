"""What Sphinx is told of this site: formulas are MathML, which browsers show by themselves."""

from docutils import nodes

from autograder import mathml


def _inline(translator, node):
    translator.body.append(mathml.formula(node.astext()))
    raise nodes.SkipNode


def _block(translator, node):
    translator.body.append(f'<div class="site-formula" tabindex="0">{mathml.formula(node.astext(), True)}</div>\n')
    raise nodes.SkipNode


def _bare_page(app, name, template, context, doctree):
    """No address of a page's source, which is made from the lesson's text; no icon, or a browser would ask for one."""
    context["sourcename"] = context["page_source_suffix"] = None
    context["metatags"] = context.get("metatags", "") + '<link rel="icon" href="data:,">'


def setup(app):
    app.add_html_math_renderer("mathml", (_inline, None), (_block, None))
    app.connect("html-page-context", _bare_page)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
