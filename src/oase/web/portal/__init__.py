"""Public pages: the contact form, answers on a page of their own, and the demonstration's shop."""

from oase.web.portal.assets import portal_asset
from oase.web.portal.demo import imprint, shop, token
from oase.web.portal.form import embed, form_page, look_css, submit, thanks
from oase.web.portal.said import said_page

handlers = [said_page, portal_asset, shop, imprint, token, form_page, submit, thanks, look_css, embed]

__all__ = ["handlers"]
