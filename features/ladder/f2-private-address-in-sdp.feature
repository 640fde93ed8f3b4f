@ladder @F2
Feature: SDP carries the pods' own addresses between agencies
  Without an edge in the crossing the servers show the node and a node port in SIP, and their pod's address in SDP: SIP
  completes, floor control and media go where nobody outside the cluster can reach.

  Scenario Outline: The address of the partner's pod does not exist here, and packets for it leak: called by <caller>
    Given the working configuration, changed in
      | border.path | server                |
      | cidr        | overlap               |
      | nat         | preserve or symmetric |
    And every UE is registered and affiliated
    When <caller> calls the campaign
    Then INVITE, 200 and ACK of the crossing dialog complete
    And packets for the address in the SDP of the crossing dialog leak out of the node with the pod's own source
    And <caller>'s RTP reaches its own server
    And the symptom is "private-address-in-sdp"

    Examples:
      | caller |
      | a-ue-1 |
      | b-ue-1 |

  @wrong-pod
  Scenario Outline: A bystander of the own cluster has the address of the partner's pod: called by <caller>
    Given the working configuration, changed in
      | border.path | server                |
      | bystander   | has-partner-address   |
      | cidr        | overlap               |
      | nat         | preserve or symmetric |
    And every UE is registered and affiliated
    When <caller> calls the campaign
    Then INVITE, 200 and ACK of the crossing dialog complete
    And packets for the address in the SDP of the crossing dialog reach a bystander of the own cluster
    And <caller>'s RTP reaches its own server
    And the symptom is "private-address-in-sdp" with the consequence "wrong-pod"

    Examples:
      | caller |
      | a-ue-1 |
      | b-ue-1 |

  Scenario Outline: Both servers have the same address, and packets for the partner stay inside the pod: called by <caller>
    Given the working configuration, changed in
      | border.path | server                |
      | bystander   | same-address          |
      | cidr        | overlap               |
      | nat         | preserve or symmetric |
    And every UE is registered and affiliated
    When <caller> calls the campaign
    Then INVITE, 200 and ACK of the crossing dialog complete
    And packets for the address in the SDP of the crossing dialog come back to their own sender
    And <caller>'s RTP reaches its own server
    And the symptom is "private-address-in-sdp"

    Examples:
      | caller |
      | a-ue-1 |
      | b-ue-1 |

  Scenario Outline: With distinct pod ranges the packets are masqueraded and lost: called by <caller>
    Given the working configuration, changed in
      | border.path | server                |
      | cidr        | distinct              |
      | nat         | preserve or symmetric |
    And every UE is registered and affiliated
    When <caller> calls the campaign
    Then INVITE, 200 and ACK of the crossing dialog complete
    And packets for the address in the SDP of the crossing dialog leave the node masqueraded and are lost
    And <caller>'s RTP reaches its own server
    And the symptom is "private-address-in-sdp"

    Examples:
      | caller |
      | a-ue-1 |
      | b-ue-1 |

  @control
  Scenario Outline: Without NAT, and with pods routed on purpose, the same servers hold a healthy call: called by <caller>
    Given the working configuration, changed in
      | border.path | server   |
      | cidr        | distinct |
      | nat         | none     |
    And every UE is registered and affiliated
    When <caller> calls the campaign
    Then the affiliated members of both agencies are invited
    And every leg that leaves a pod has its INVITE, its 200 and its ACK
    And the floor is granted to <caller> and taken to all other members
    When <caller> talks for 40 packets
    Then every other member hears all 40 packets of <caller>'s burst after the first 5
    And the floor is idle again
    When <caller> hangs up
    Then every leg is ended by a BYE and its 200
    And no symptom shows

    Examples:
      | caller |
      | a-ue-1 |
      | b-ue-1 |
