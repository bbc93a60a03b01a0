"""What accounts offers: sellers, users, keys, and the actor that each stands for."""

from .actors import actor_of as actor_of
from .keys import authenticate_key as authenticate_key
from .keys import create_api_key as create_api_key
from .keys import make_key as make_key
from .keys import revoke_api_key as revoke_api_key
from .members import change_role as change_role
from .members import reset_password as reset_password
from .members import set_user_active as set_user_active
from .members import unlock_user as unlock_user
from .people import create_seller as create_seller
from .people import create_user as create_user
from .people import set_seller_active as set_seller_active
from .tries import TooManyTries as TooManyTries
from .tries import begin_login as begin_login
from .tries import end_login as end_login
from .tries import forget_address as forget_address
from .tries import forget_old_tries as forget_old_tries
