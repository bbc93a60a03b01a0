"""Everything that comes in: feeds pulled, webhooks received, receipts applied, records set aside."""

from .apply import apply_receipts as apply_receipts
from .aside import ignore_aside as ignore_aside
from .aside import keep_aside as keep_aside
from .connect import adopt_live as adopt_live
from .connect import check_channel as check_channel
from .connect import go_live as go_live
from .connect import match_channel as match_channel
from .feeds import follow_storefronts as follow_storefronts
from .feeds import hint_feed as hint_feed
from .feeds import open_feeds as open_feeds
from .pull import pull_due as pull_due
from .pull import pull_now as pull_now
from .receipts import keep_receipts as keep_receipts
from .receipts import retry_receipts as retry_receipts
from .replay import replay_aside as replay_aside
from .sheet import SheetResult as SheetResult
from .sheet import import_sheet as import_sheet
from .subscribe import enable_webhooks as enable_webhooks
from .subscribe import hook_url as hook_url
from .subscribe import watch_webhooks as watch_webhooks
from .vocabulary import learn_vocabulary as learn_vocabulary
from .vocabulary import needed_categories as needed_categories
from .webhook import receive as receive
