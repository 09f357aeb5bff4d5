"""Public pages: the contact form, and the demonstration's shop."""

from oase.web.portal.assets import portal_asset
from oase.web.portal.demo import imprint, shop, token
from oase.web.portal.form import embed, form_page, look_css, submit, thanks

handlers = [portal_asset, shop, imprint, token, form_page, submit, thanks, look_css, embed]

__all__ = ["handlers"]
