"""Exchange: a network leaves in another form, with proof that it answers as before.

`export_network` writes a form of `export_forms()`, and runs what it wrote beside the network;
`import_report` and `import_network` read what other programs wrote.
"""

from typing import TYPE_CHECKING

from chainrule._lazy import attach

if TYPE_CHECKING:
    from chainrule.exchange.forms import describe_forms as describe_forms
    from chainrule.exchange.forms import export_forms as export_forms
    from chainrule.exchange.network_export import ExportReport as ExportReport
    from chainrule.exchange.network_export import export_network as export_network
    from chainrule.exchange.network_import import ImportReport as ImportReport
    from chainrule.exchange.network_import import import_network as import_network
    from chainrule.exchange.network_import import import_report as import_report
    from chainrule.exchange.worked_spreadsheet import (
        export_worked_example as export_worked_example,
    )

__getattr__, __dir__, __all__ = attach(
    __name__,
    {
        "network_export": "ExportReport export_network",
        "network_import": "ImportReport import_network import_report",
        "worked_spreadsheet": "export_worked_example",
        "forms": "describe_forms export_forms",
    },
)
